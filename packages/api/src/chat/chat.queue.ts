// The queue of sending: messages that arrive while their conversation's last batch is under way go together in its next.
// Promises: the messages of one conversation are numbered in the order of their arrival in this process; a conversation
// that somebody else holds keeps none but its own batch waiting.
import type { Settled } from "../platform/relation/relation.queue.ts";

/** A message to be sent; calls of one person with one key wait for each other. */
export interface SendCall {
  conversationId: string;
  actorId: string;
  sessionId: string | null;
  text: string;
  replyToSeq: number | null;
  postId: string | null;
  media: readonly { mediaId: string; alt: string }[];
  key: string;
  keyHash: string;
  inputHash: string;
}

interface Waiting<Answer> {
  call: SendCall;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/** Messages of one batch, and batches that are under way at once. */
const maxCalls = 128;
const maxRunning = 4;

/** Gives `run` batches of calls; it answers in their order, and what it throws reaches all callers of the batch. */
export function createSendQueue<Answer>(
  run: (calls: SendCall[]) => Promise<Settled<Answer>[]>,
): (call: SendCall) => Promise<Answer> {
  let waiting: Waiting<Answer>[] = [];
  const busy = new Set<string>();
  let running = 0;
  let isPlanned = false;

  /** Takes what may go now: nothing of a busy conversation, one call a key, and one with pictures alone. */
  function takeBatch(): Waiting<Answer>[] {
    const batch: Waiting<Answer>[] = [];
    const rest: Waiting<Answer>[] = [];
    // Behind a call that has to wait, its conversation waits.
    const held = new Set(busy);
    const keys = new Set<string>();
    for (const entry of waiting) {
      const { conversationId, keyHash, media } = entry.call;
      const key = `${conversationId}/${keyHash}`;
      const fits = batch.length < maxCalls && !held.has(conversationId) && !keys.has(key);
      if (fits && (media.length === 0 || batch.length === 0)) {
        batch.push(entry);
        keys.add(key);
        if (media.length > 0) break;
      } else {
        held.add(conversationId);
      }
    }
    const taken = new Set(batch);
    for (const entry of waiting) if (!taken.has(entry)) rest.push(entry);
    waiting = rest;
    return batch;
  }

  async function runBatch(batch: Waiting<Answer>[]): Promise<void> {
    const conversations = new Set(batch.map(({ call }) => call.conversationId));
    for (const conversationId of conversations) busy.add(conversationId);
    running += 1;
    const settled = await run(batch.map(({ call }) => call)).catch((error: unknown) => batch.map(() => ({ error })));
    running -= 1;
    for (const conversationId of conversations) busy.delete(conversationId);
    batch.forEach(({ resolve, reject }, index) => {
      const outcome = settled[index] ?? { error: new Error("a batch left a call unanswered") };
      if ("error" in outcome) reject(outcome.error);
      else resolve(outcome.answer);
    });
    plan();
  }

  function start(): void {
    isPlanned = false;
    while (running < maxRunning) {
      const batch = takeBatch();
      if (batch.length === 0) return;
      void runBatch(batch);
    }
  }

  // The calls of one HTTP request arrive in one turn of the loop: they should start together.
  function plan(): void {
    if (isPlanned || waiting.length === 0) return;
    isPlanned = true;
    setImmediate(start);
  }

  return (call) =>
    new Promise((resolve, reject) => {
      waiting.push({ call, resolve, reject });
      plan();
    });
}
