// Measures how long an event takes to all listeners of a person: from the moment a comment is answered to the moment a
// listener has it.
import { setTimeout as sleep } from "node:timers/promises";
import type { Person } from "./crowd.ts";
import type { Heard } from "./record.ts";

export interface Delays {
  p50: number;
  p99: number;
  max: number;
  /** Events that a listener did not get in time. */
  lost: number;
}

export interface Probe {
  /** What a listener of this person calls for each event. */
  listen(personId: string): (event: Heard, atMs: number) => void;
  /** Comments for `untilMs` at least, and until the signal is aborted, at some a second; answers when all have come in. */
  measure(input: { untilMs: number; alsoUntil?: AbortSignal }): Promise<Delays>;
}

const everyMs = 100;
const lostAfterMs = 30_000;

/** Of a comment, by its id: when it was answered, and when each listener had it. */
interface Sample {
  answeredAtMs: number;
  expected: number;
  arrivals: number[];
}

export function createProbe(people: readonly Person[]): Probe {
  const listeners = new Map<string, number>();
  const arrivals = new Map<string, number[]>();
  let turn = 0;

  async function comment(): Promise<Sample> {
    turn += 1;
    const actor = people[turn % people.length];
    const other = people[(turn + 1) % people.length];
    if (actor === undefined || other === undefined) throw new Error("nobody is there");
    const postId = other.postIds[0] ?? "";
    const { id } = await actor.devices[0].pixora.comment.create.mutate({ postId, text: `probe ${turn}` });
    const answeredAtMs = performance.now();
    const known = arrivals.get(id) ?? [];
    arrivals.set(id, known);
    return { answeredAtMs, expected: listeners.get(other.id) ?? 0, arrivals: known };
  }

  return {
    listen(personId) {
      listeners.set(personId, (listeners.get(personId) ?? 0) + 1);
      return (event, atMs) => {
        const commentId = event.notification?.commentId;
        if (event.type !== "notification.created" || !commentId) return;
        const known = arrivals.get(commentId) ?? [];
        arrivals.set(commentId, known);
        known.push(atMs);
      };
    },
    async measure({ untilMs, alsoUntil }) {
      const samples: Promise<Sample>[] = [];
      const endMs = performance.now() + untilMs;
      while (performance.now() < endMs || alsoUntil?.aborted === false) {
        samples.push(comment());
        await sleep(everyMs);
      }
      return reckonDelays(await Promise.all(samples));
    },
  };
}

async function reckonDelays(samples: readonly Sample[]): Promise<Delays> {
  const deadlineMs = performance.now() + lostAfterMs;
  const areIn = () => samples.every((sample) => sample.arrivals.length >= sample.expected);
  while (!areIn() && performance.now() < deadlineMs) await sleep(50);
  const delays = samples.flatMap((sample) => sample.arrivals.map((atMs) => Math.max(0, atMs - sample.answeredAtMs)));
  delays.sort((one, other) => one - other);
  const at = (share: number) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? Number.NaN;
  const lost = samples.reduce((sum, sample) => sum + Math.max(0, sample.expected - sample.arrivals.length), 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1), lost };
}
