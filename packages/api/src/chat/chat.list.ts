// Reading: the list of conversations, pages of messages, counts. Promises: reading marks nothing; a page costs the same
// wherever it stands.
import { type Statement, statement } from "@pixora/db";
import { z } from "zod";
import {
  type CursorKind,
  cutPage,
  decodeCursor,
  encodeCursor,
  endEarly,
  maxPageBytes,
} from "../platform/call/cursor.ts";
import { AppError } from "../platform/call/errors.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import { presentUserCards } from "../user/user.view.ts";
import { conversationCounts, conversationIsVisible, messagesAreVisible } from "../visibility/chat.visibility.ts";
import { presentMessages, weighMessage } from "./chat.message.view.ts";
import type {
  ChatCounts,
  ConversationState,
  ConversationView,
  ListMessagesInput,
  MemberView,
  MessagePage,
  MessageView,
} from "./chat.schema.ts";
import { presentConversations, weighConversation } from "./chat.view.ts";

type ReadDeps = Pick<Deps, "db" | "storage">;

interface ListedRow {
  id: string;
  lastMessageId: string;
}

const selectList: Statement<ListedRow> = statement(
  "chat.listConversations",
  `select me.conversation_id as id, me.last_message_id as "lastMessageId"
   from conversation_members me
   where me.user_id = $1 and me.state = $2 and me.last_message_id > 0
     and ($3::bigint is null or me.last_message_id < $3) and ($4::bigint is null or me.last_message_id <= $4)
     and ${conversationIsVisible("me")}
   order by me.last_message_id desc limit $5`,
);

/** The last message of the page before, and the newest one of the first page: what came since arrives live. */
const position: CursorKind<[string, string]> = { list: "chat.list", position: z.tuple([idInput, idInput]) };

/** The viewer's conversations, the one with the newest message first. Throws cursor.invalid. */
export async function listConversations(
  deps: ReadDeps,
  input: PageRequest & { viewerId: string; state: ConversationState },
): Promise<Page<ConversationView>> {
  const { viewerId, state, limit } = input;
  const binding = { viewerId, state };
  const after = decodeCursor(position, { input: binding, cursor: input.cursor });
  const rows = await deps.db.sql.many(selectList, [viewerId, state, after?.[0] ?? null, after?.[1] ?? null, limit + 1]);
  const newest = after?.[1] ?? rows[0]?.lastMessageId ?? "0";
  const cursorBehind = (lastMessageId: string) =>
    encodeCursor(position, { input: binding, position: [lastMessageId, newest] });
  const page = cutPage(rows, { limit, cursorAfter: (last) => cursorBehind(last.lastMessageId) });
  const items = await presentConversations(deps, { viewerId, ids: page.rows.map((row) => row.id) });
  const lastMessageOf = new Map(page.rows.map((row) => [row.id, row.lastMessageId]));
  return endEarly(
    { items, nextCursor: page.nextCursor },
    { weigh: weighConversation, cursorAfter: ({ id }) => cursorBehind(lastMessageOf.get(id) ?? "0") },
  );
}

const selectRange: Statement<{ lastSeq: number; afterSeq: number }> = statement(
  "chat.selectRange",
  `select conv.last_seq as "lastSeq", me.after_seq as "afterSeq"
   from conversation_members me join conversations conv on conv.id = me.conversation_id
   where me.conversation_id = $2 and me.user_id = $1 and ${messagesAreVisible("me")}`,
);

/**
 * Messages by their numbers, the oldest first: the newest ones, or those before, after or around a number; fewer than the
 * limit where they would come to more than a page may. Throws
 * chat.notFound for whoever is not in it.
 */
export async function listMessages(
  deps: ReadDeps,
  input: { viewerId: string } & ListMessagesInput,
): Promise<MessagePage> {
  const { viewerId, conversationId } = input;
  const range = await deps.db.sql.maybe(selectRange, [viewerId, conversationId]);
  if (range === null) throw new AppError("chat.notFound");
  const first = range.afterSeq + 1;
  const [from, to] = boundsOf(input, { first, last: range.lastSeq });
  // Numbers have no gaps: which ones stand on a page is known before any is read.
  const wanted = Array.from({ length: Math.max(0, to - from + 1) }, (_, step) => ({
    viewerId,
    conversationId,
    seq: from + step,
  }));
  const views = await presentMessages(deps, { wanted });
  const found = wanted.flatMap((_, index) => views.get(index) ?? []);
  const nearest = input.after != null ? from : (input.around ?? to);
  const items = keepNearest(found, nearest);
  return {
    items,
    hasBefore: from > first || items[0] !== found[0],
    hasAfter: to < range.lastSeq || items.at(-1) !== found.at(-1),
  };
}

/** Leaves out messages from the end that is farther from a number, until the page is no larger than any may be. */
function keepNearest(messages: readonly MessageView[], seq: number): MessageView[] {
  const kept = messages.map((message) => ({ message, bytes: weighMessage(message) }));
  let bytes = kept.reduce((sum, one) => sum + one.bytes, 0);
  while (bytes > maxPageBytes && kept.length > 1) {
    const isHeadNearer = Math.abs((kept[0]?.message.seq ?? 0) - seq) < Math.abs((kept.at(-1)?.message.seq ?? 0) - seq);
    bytes -= (isHeadNearer ? kept.pop() : kept.shift())?.bytes ?? 0;
  }
  return kept.map(({ message }) => message);
}

function boundsOf(
  { before, after, around, limit }: ListMessagesInput,
  { first, last }: { first: number; last: number },
): [from: number, to: number] {
  if (after != null) {
    const from = Math.max(after + 1, first);
    return [from, Math.min(from + limit - 1, last)];
  }
  if (around != null) {
    const from = Math.max(Math.min(around - Math.floor(limit / 2), last - limit + 1), first);
    return [from, Math.min(from + limit - 1, last)];
  }
  const to = before == null ? last : Math.min(before - 1, last);
  return [Math.max(to - limit + 1, first), to];
}

const selectCounts: Statement<{ conversations: number; requests: number }> = statement(
  "chat.selectCounts",
  `select ${conversationCounts("$1::bigint")}`,
);

/** How many of the viewer's conversations have something unread and ring, and how many requests wait. */
export async function countConversations(deps: Pick<Deps, "db">, input: { viewerId: string }): Promise<ChatCounts> {
  const { conversations: unread, requests } = await deps.db.sql.one(selectCounts, [input.viewerId]);
  return { unread, requests };
}

const membersCursor = { list: "chat.members", position: idInput };

const selectMembers: Statement<Pick<MemberView, "id" | "role" | "state">> = statement(
  "chat.listMembers",
  `select member.user_id as id, member.role, member.state
   from conversation_members me
   join conversation_members member on member.conversation_id = me.conversation_id
   where me.conversation_id = $2 and me.user_id = $1 and ${conversationIsVisible("me")}
     and member.state in ('accepted', 'request') and ($3::bigint is null or member.user_id > $3)
   order by member.user_id limit $4`,
);

/** Who is in a conversation or asked to be, without those the viewer may not see. Throws chat.notFound, cursor.invalid. */
export async function listMembers(
  deps: ReadDeps,
  input: PageRequest & { viewerId: string; conversationId: string },
): Promise<Page<MemberView>> {
  const { viewerId, conversationId, limit } = input;
  const binding = { viewerId, conversationId };
  const after = decodeCursor(membersCursor, { input: binding, cursor: input.cursor });
  const rows = await deps.db.sql.many(selectMembers, [viewerId, conversationId, after, limit + 1]);
  // The viewer is a row of the first page themselves.
  if (rows.length === 0 && after === null) throw new AppError("chat.notFound");
  const page = cutPage(rows, {
    limit,
    cursorAfter: (last) => encodeCursor(membersCursor, { input: binding, position: last.id }),
  });
  const cards = await presentUserCards(deps, { viewerId, ids: page.rows.map((row) => row.id) });
  const cardOf = new Map(cards.map((card) => [card.id, card]));
  const items = page.rows.flatMap(({ id, role, state }) => {
    const card = cardOf.get(id);
    return card === undefined ? [] : [{ ...card, role, state }];
  });
  return { items, nextCursor: page.nextCursor };
}
