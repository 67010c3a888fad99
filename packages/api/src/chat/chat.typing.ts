// "Somebody is typing": said to whoever looks on, kept nowhere, and lost where Redis is away.
import { type Statement, statement } from "@pixora/db";
import { LRUCache } from "lru-cache";
import { hintConversation } from "../log/log.hint.ts";
import { AppError } from "../platform/call/errors.ts";
import { ok } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { conversationIsVisible } from "../visibility/chat.visibility.ts";

const selectMayType: Statement<{ isAccepted: boolean }> = statement(
  "chat.checkMayType",
  `select me.state = 'accepted' as "isAccepted" from conversation_members me
   where me.conversation_id = $1 and me.user_id = $2 and ${conversationIsVisible("me")}`,
);

/** One in three seconds for each person and conversation is told; the others say nothing new. */
const saidOf = onePerDeps((_deps: Pick<Deps, "pubsub">) => new LRUCache<string, true>({ max: 20_000, ttl: 3_000 }));

/** Says that the actor types; of whoever has not accepted yet nobody hears. Throws chat.notFound. */
export async function setTyping(
  deps: Pick<Deps, "db" | "pubsub">,
  input: { actorId: string; conversationId: string },
): Promise<{ ok: true }> {
  const { actorId: userId, conversationId } = input;
  const said = saidOf(deps);
  const key = `${conversationId}/${userId}`;
  if (said.has(key)) return ok;
  const me = await deps.db.sql.maybe(selectMayType, [conversationId, userId]);
  if (me === null) throw new AppError("chat.notFound");
  if (me.isAccepted) {
    said.set(key, true);
    hintConversation(deps, { hint: { conversationId, change: "typing", userId } });
  }
  return ok;
}
