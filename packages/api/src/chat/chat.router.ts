// `chat.*` on the wire.
import { actingProcedure, authedProcedure, router } from "../platform/call/trpc.ts";
import { okView } from "../platform/call/wire.ts";
import { emptyInput } from "../user/user.schema.ts";
import { addMembers, createGroup, removeMember, updateConversation } from "./chat.group.ts";
import { countConversations, listConversations, listMembers, listMessages } from "./chat.list.ts";
import { acceptConversation, declineConversation, leaveConversation } from "./chat.member.ts";
import { deleteMessage, editMessage, reactToMessage } from "./chat.message.ts";
import { openConversation } from "./chat.open.ts";
import { markConversationRead } from "./chat.read.ts";
import {
  addMembersInput,
  chatCountsView,
  conversationIdInput,
  conversationPageView,
  conversationView,
  createGroupInput,
  editMessageInput,
  listConversationsInput,
  listMembersInput,
  listMessagesInput,
  markReadInput,
  memberPageView,
  messageIdInput,
  messagePageView,
  messageView,
  openInput,
  reactInput,
  readMarkView,
  removeMemberInput,
  sendInput,
  updateConversationInput,
} from "./chat.schema.ts";
import { sendMessage } from "./chat.send.ts";
import { setTyping } from "./chat.typing.ts";
import { presentConversation } from "./chat.view.ts";

export const chatRouter = router({
  open: authedProcedure
    .meta({ errors: ["chat.unreachable", "chat.answerOnly"] })
    .input(openInput)
    .output(conversationView)
    .mutation(({ ctx, input }) => openConversation(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  list: authedProcedure
    .input(listConversationsInput)
    .output(conversationPageView)
    .query(({ ctx, input }) => listConversations(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
  byId: authedProcedure
    .meta({ errors: ["chat.notFound"] })
    .input(conversationIdInput)
    .output(conversationView)
    .query(({ ctx, input }) => presentConversation(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
  counts: authedProcedure
    .input(emptyInput)
    .output(chatCountsView)
    .query(({ ctx }) => countConversations(ctx.deps, { viewerId: ctx.viewer.userId })),
  send: actingProcedure
    .meta({
      repeat: "byKey",
      errors: [
        "chat.notFound",
        "chat.forbidden",
        "chat.unreachable",
        "chat.unanswered",
        "post.notFound",
        "media.notReady",
      ],
    })
    .input(sendInput)
    .output(messageView)
    .mutation(({ ctx, input }) => sendMessage(ctx.deps, { ...input, ...ctx.actor })),
  messages: authedProcedure
    .meta({ errors: ["chat.notFound"] })
    .input(listMessagesInput)
    .output(messagePageView)
    .query(({ ctx, input }) => listMessages(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
  createGroup: authedProcedure
    .meta({ repeat: "never", errors: ["chat.unreachable", "chat.answerOnly", "chat.full"] })
    .input(createGroupInput)
    .output(conversationView)
    .mutation(({ ctx, input }) => createGroup(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  accept: authedProcedure
    .meta({ errors: ["chat.notFound"] })
    .input(conversationIdInput)
    .output(okView)
    .mutation(({ ctx, input }) => acceptConversation(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  decline: authedProcedure
    .meta({ errors: ["chat.notFound", "chat.forbidden"] })
    .input(conversationIdInput)
    .output(okView)
    .mutation(({ ctx, input }) => declineConversation(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  leave: authedProcedure
    .meta({ errors: ["chat.notFound"] })
    .input(conversationIdInput)
    .output(okView)
    .mutation(({ ctx, input }) => leaveConversation(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  update: authedProcedure
    .meta({ errors: ["chat.notFound", "chat.forbidden", "media.notReady"] })
    .input(updateConversationInput)
    .output(conversationView)
    .mutation(({ ctx, input }) => updateConversation(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  addMembers: authedProcedure
    .meta({ errors: ["chat.notFound", "chat.forbidden", "chat.unreachable", "chat.full", "chat.answerOnly"] })
    .input(addMembersInput)
    .output(conversationView)
    .mutation(({ ctx, input }) => addMembers(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  removeMember: authedProcedure
    .meta({ errors: ["chat.notFound", "chat.forbidden"] })
    .input(removeMemberInput)
    .output(okView)
    .mutation(({ ctx, input }) => removeMember(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  members: authedProcedure
    .meta({ errors: ["chat.notFound"] })
    .input(listMembersInput)
    .output(memberPageView)
    .query(({ ctx, input }) => listMembers(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
  edit: authedProcedure
    .meta({ errors: ["chat.notFound", "chat.forbidden"] })
    .input(editMessageInput)
    .output(messageView)
    .mutation(({ ctx, input }) => editMessage(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  delete: authedProcedure
    .meta({ errors: ["chat.notFound", "chat.forbidden"] })
    .input(messageIdInput)
    .output(messageView)
    .mutation(({ ctx, input }) => deleteMessage(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  react: authedProcedure
    .meta({ errors: ["chat.notFound", "chat.forbidden"] })
    .input(reactInput)
    .output(messageView)
    .mutation(({ ctx, input }) => reactToMessage(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  setTyping: authedProcedure
    .meta({ errors: ["chat.notFound"] })
    .input(conversationIdInput)
    .output(okView)
    .mutation(({ ctx, input }) => setTyping(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  markRead: authedProcedure
    .meta({ errors: ["chat.notFound"] })
    .input(markReadInput)
    .output(readMarkView)
    .mutation(({ ctx, input }) => markConversationRead(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
});
