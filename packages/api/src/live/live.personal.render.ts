// Log entries as events, at the moment they are sent: with the counts of now, and a notification, message or conversation
// as its receiver may see it now. Promise: one that cannot be seen any more comes as removed, so that every entry is one event.
import { z } from "zod";
import { presentToldMessages } from "../chat/chat.message.view.ts";
import type { ConversationView, MessageView } from "../chat/chat.schema.ts";
import { presentConversationsOfMany } from "../chat/chat.view.ts";
import type { DecisionView } from "../decision/decision.schema.ts";
import { presentDecisions } from "../decision/decision.view.ts";
import { presentMedia } from "../media/media.view.ts";
import { markedView, type NotificationView } from "../notification/notification.schema.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { Counts } from "../user/user.schema.ts";
import type { LogEntry } from "./live.personal.read.ts";
import type { PersonalEvent } from "./live.schema.ts";

/** Entries of one person, with their counts. */
export interface EntriesToRender {
  userId: string;
  entries: readonly LogEntry[];
  counts: Counts;
}

/** A message as the log names it: "conversation/number". */
const messageName = z
  .string()
  .regex(/^\d+\/\d+$/)
  .transform((name) => {
    const [conversationId = "", seq = ""] = name.split("/");
    return { conversationId, seq: Number(seq) };
  });

const entry = z.discriminatedUnion("type", [
  z.object({ type: z.literal("notification.created"), payload: z.object({ id: z.string() }) }),
  z.object({ type: z.literal("notification.removed"), payload: z.object({ ids: z.array(z.string()) }) }),
  z.object({ type: z.literal("notification.read"), payload: z.object({ marked: markedView }) }),
  z.object({ type: z.literal("notification.seen"), payload: z.object({ upToId: z.string() }) }),
  z.object({ type: z.enum(["media.ready", "media.failed"]), payload: z.object({ mediaId: z.string() }) }),
  z.object({
    type: z.enum(["message.created", "message.updated", "message.deleted"]),
    payload: z.object({ id: messageName }),
  }),
  z.object({
    type: z.enum(["conversation.updated", "conversation.removed"]),
    payload: z.object({ conversationId: z.string() }),
  }),
  z.object({
    type: z.literal("conversation.read"),
    payload: z.object({ conversationId: z.string(), readUpTo: z.int() }),
  }),
  z.object({
    type: z.enum(["moderation.decided", "appeal.decided"]),
    payload: z.object({ decisionId: z.string() }),
  }),
]);
type KnownEntry = z.infer<typeof entry>;

interface Known {
  seq: string;
  known: KnownEntry;
  notification: NotificationView | null;
  userId: string;
  counts: Counts;
}

/** Renders the entries of many people with a query a kind of thing; the events stand where their entries stood. */
export async function renderEntries(
  deps: Pick<Deps, "db" | "storage" | "clock">,
  lists: readonly EntriesToRender[],
): Promise<{ seq: string; event: PersonalEvent }[][]> {
  const parsed = lists.map(({ userId, entries, counts }) =>
    entries.map((raw): Known => {
      const { seq, notification } = raw;
      return { seq, known: readEntry(raw), notification, userId, counts };
    }),
  );
  const shown = await readShown(deps, parsed.flat());
  return parsed.map((list) => list.map((one) => ({ seq: one.seq, event: eventOf(one, shown) })));
}

// An entry of a newer release cannot be told here; its number must not be missing, so it becomes one that changes nothing.
function readEntry(raw: LogEntry): KnownEntry {
  const parsed = entry.safeParse(raw);
  return parsed.success ? parsed.data : { type: "notification.removed", payload: { ids: [] } };
}

interface Shown {
  media: Awaited<ReturnType<typeof presentMedia>>;
  messages: Map<Known, { message: MessageView; unreadCount: number }>;
  conversations: Map<Known, ConversationView>;
  decisionOf: ReadonlyMap<string, DecisionView>;
}

async function readShown(deps: Pick<Deps, "db" | "storage" | "clock">, all: readonly Known[]): Promise<Shown> {
  const ofMessages = all.flatMap((one) => {
    const { known, userId } = one;
    const isShown = known.type === "message.created" || known.type === "message.updated";
    return isShown ? [{ one, wanted: { viewerId: userId, ...known.payload.id } }] : [];
  });
  const ofConversations = all.flatMap((one) =>
    one.known.type === "conversation.updated"
      ? [{ one, wanted: { viewerId: one.userId, id: one.known.payload.conversationId } }]
      : [],
  );
  const mediaIds = all.flatMap(({ known }) => ("mediaId" in known.payload ? [known.payload.mediaId] : []));
  const decisionIds = all.flatMap(({ known }) => ("decisionId" in known.payload ? [known.payload.decisionId] : []));
  const [media, decisions, messages, conversations] = await Promise.all([
    presentMedia(deps, { ids: mediaIds }),
    presentDecisions(deps, { ids: decisionIds }),
    presentToldMessages(deps, { wanted: ofMessages.map(({ wanted }) => wanted) }),
    presentConversationsOfMany(deps, { wanted: ofConversations.map(({ wanted }) => wanted) }),
  ]);
  return {
    media,
    messages: byEntry(ofMessages, messages),
    conversations: byEntry(ofConversations, conversations),
    decisionOf: new Map(decisions.map((decision) => [decision.id, decision])),
  };
}

function byEntry<View>(asked: readonly { one: Known }[], views: ReadonlyMap<number, View>): Map<Known, View> {
  return new Map(
    asked.flatMap(({ one }, index) => {
      const view = views.get(index);
      return view === undefined ? [] : [[one, view] as const];
    }),
  );
}

function eventOf(one: Known, shown: Shown): PersonalEvent {
  const { known, notification, counts } = one;
  switch (known.type) {
    case "notification.created":
      return notification === null
        ? { type: "notification.removed", ids: [known.payload.id], counts }
        : { type: "notification.created", notification, counts };
    case "notification.removed":
      return { type: known.type, ids: known.payload.ids, counts };
    case "notification.read":
      return { type: known.type, marked: known.payload.marked, counts };
    case "notification.seen":
      return { type: known.type, upToId: known.payload.upToId, counts };
    case "moderation.decided":
    case "appeal.decided": {
      const decision = shown.decisionOf.get(known.payload.decisionId);
      return decision === undefined
        ? { type: "notification.removed", ids: [], counts }
        : { type: known.type, decision };
    }
    case "media.ready":
    case "media.failed": {
      const view = shown.media.get(known.payload.mediaId);
      return view === undefined ? { type: "notification.removed", ids: [], counts } : { type: known.type, media: view };
    }
    case "message.deleted":
      return { type: known.type, ...known.payload.id, counts };
    case "message.created":
    case "message.updated": {
      const told = shown.messages.get(one);
      if (told === undefined) return { type: "message.deleted", ...known.payload.id, counts };
      const { message, unreadCount } = told;
      return known.type === "message.updated"
        ? { type: known.type, message }
        : { type: known.type, message, conversation: { id: message.conversationId, unreadCount }, counts };
    }
    case "conversation.updated": {
      const conversation = shown.conversations.get(one);
      const { conversationId } = known.payload;
      return conversation === undefined
        ? { type: "conversation.removed", conversationId, counts }
        : { type: known.type, conversation, counts };
    }
    case "conversation.removed":
      return { type: known.type, conversationId: known.payload.conversationId, counts };
    case "conversation.read":
      return { type: known.type, ...known.payload, counts };
  }
}
