// Sending a message. Promises: it is answered with its number after the commit; the same key makes one message, whoever
// crashes in between; of a refused one nothing is left.
import { createHash } from "node:crypto";
import { hintPeople } from "../log/log.hint.ts";
import type { Actor } from "../platform/call/context.ts";
import { AppError } from "../platform/call/errors.ts";
import { isStoreAway, isStoreBusy } from "../platform/call/failure.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import type { Settled } from "../platform/relation/relation.queue.ts";
import { presentMessages } from "./chat.message.view.ts";
import { createSendQueue, type SendCall } from "./chat.queue.ts";
import type { MessageView, SendInput } from "./chat.schema.ts";
import { insertMessages, lockConversations, lockMembersHeads } from "./chat.send.sql.ts";

type SendDeps = Pick<Deps, "db" | "pubsub" | "clock" | "wakeRelay" | "storage">;

/** Sends messages, batched with all others of this process. */
const sendsOf = onePerDeps((deps: SendDeps) =>
  createSendQueue<MessageView>(async (calls) => {
    try {
      return await sendBatch(deps, calls);
    } catch (error) {
      if (calls.length === 1 || isStoreAway(error) || isStoreBusy(error)) throw error;
      return sendOneByOne(deps, calls);
    }
  }),
);

/**
 * Sends a message into a conversation of the actor's; answering a request accepts it. The second time with the same key
 * answers the first message as it is now. Throws chat.notFound, chat.forbidden (a group that was not accepted yet),
 * chat.unreachable (whoever cannot be written to, whatever the reason), chat.unanswered (too many before an answer),
 * post.notFound, media.notReady, idempotency.reused, auth.sessionRevoked and auth.suspended.
 */
export async function sendMessage(deps: SendDeps, input: Actor & SendInput): Promise<MessageView> {
  const { actorId, sessionId, idempotencyKey, conversationId, text, media } = input;
  const [postId, replyToSeq] = [input.postId ?? null, input.replyToSeq ?? null];
  // Naming a picture twice asks for one that is in use already.
  if (new Set(media.map(({ mediaId }) => mediaId)).size < media.length) throw new AppError("media.notReady");
  return sendsOf(deps)({
    conversationId,
    actorId,
    sessionId,
    text,
    replyToSeq,
    postId,
    media,
    key: idempotencyKey,
    keyHash: digest([actorId, idempotencyKey]),
    inputHash: digest([text, replyToSeq, postId, media.map(({ mediaId, alt }) => [mediaId, alt])]),
  });
}

/** Eight bytes of a digest, as PostgreSQL's bigint. */
function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest().readBigInt64BE().toString();
}

async function sendBatch(deps: SendDeps, calls: readonly SendCall[]): Promise<Settled<MessageView>[]> {
  const conversationIds = [...new Set(calls.map((call) => call.conversationId))];
  const read = await deps.db.inTransaction(async (tx) => {
    tx.later(lockConversations, [conversationIds]);
    tx.later(lockMembersHeads, [conversationIds]);
    return tx.later(insertMessages, [...valuesOf(calls), deps.clock.now()]);
  });
  const [outcome] = read();
  if (outcome === undefined) throw new Error("a batch of messages has no outcome");
  hintPeople(deps, { positions: outcome.heads });
  if (outcome.hasFacts) deps.wakeRelay();
  const sent = outcome.calls.flatMap(({ place, seq, refusal }) => {
    const call = calls[place - 1];
    return call === undefined || seq === null || refusal !== null ? [] : [{ place, seq, call }];
  });
  const views = await presentMessages(deps, {
    wanted: sent.map(({ call, seq }) => ({ viewerId: call.actorId, conversationId: call.conversationId, seq })),
  });
  const answers = new Map(sent.map(({ place }, index) => [place, views.get(index)]));
  const refusals = new Map(outcome.calls.map(({ place, refusal }) => [place, refusal]));
  return calls.map((_, index) => {
    const answer = answers.get(index + 1);
    // Sent, and out of the sender's sight in the next moment.
    return answer === undefined ? { error: new AppError(refusals.get(index + 1) ?? "chat.notFound") } : { answer };
  });
}

function valuesOf(calls: readonly SendCall[]): unknown[] {
  return [
    calls.map((call) => call.conversationId),
    calls.map((call) => call.actorId),
    calls.map((call) => call.sessionId),
    calls.map((call) => call.text),
    calls.map((call) => call.replyToSeq),
    calls.map((call) => call.postId),
    calls.map((call) => JSON.stringify(call.media)),
    calls.map((call) => call.key),
    calls.map((call) => call.keyHash),
    calls.map((call) => call.inputHash),
  ];
}

async function sendOneByOne(deps: SendDeps, calls: readonly SendCall[]): Promise<Settled<MessageView>[]> {
  const settled: Settled<MessageView>[] = [];
  for (const call of calls) {
    settled.push(...(await sendBatch(deps, [call]).catch((error: unknown) => [{ error }])));
  }
  return settled;
}
