// `chat.*` on the wire.
import { actingProcedure, authedProcedure, router } from "../platform/call/trpc.ts";
import { emptyInput } from "../user/user.schema.ts";
import { countConversations, listConversations, listMessages } from "./chat.list.ts";
import { openConversation } from "./chat.open.ts";
import { markConversationRead } from "./chat.read.ts";
import {
  chatCountsView,
  conversationIdInput,
  conversationPageView,
  conversationView,
  listConversationsInput,
  listMessagesInput,
  markReadInput,
  messagePageView,
  messageView,
  openInput,
  readMarkView,
  sendInput,
} from "./chat.schema.ts";
import { sendMessage } from "./chat.send.ts";
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
  markRead: authedProcedure
    .meta({ errors: ["chat.notFound"] })
    .input(markReadInput)
    .output(readMarkView)
    .mutation(({ ctx, input }) => markConversationRead(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
});
