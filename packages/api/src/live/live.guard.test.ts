// What ends a stream from outside: slow readers and dying tokens.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Connection } from "../platform/context.ts";
import { guardStream } from "./live.guard.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function fakeConnection(bufferedBytes = 0) {
  const calls: string[] = [];
  const connection: Connection = {
    bufferedBytes: () => bufferedBytes,
    interrupt: () => void calls.push("interrupt"),
    askToReconnect: () => void calls.push("askToReconnect"),
    openStreams: 1,
  };
  return { connection, calls };
}

async function* numbers() {
  for (let next = 1; ; next += 1) yield next;
}

test("a reader who leaves too much untaken is cut off", async () => {
  const { connection, calls } = fakeConnection(2_000_000);
  const seen: number[] = [];
  for await (const next of guardStream(numbers(), { connection, expiresAtMs: null, nowMs: 0 })) seen.push(next);
  expect(seen).toEqual([1]);
  expect(calls).toEqual(["interrupt"]);
});

test("a minute before its token dies a connection is asked, once, to come back; with the token it is cut off", async () => {
  const { connection, calls } = fakeConnection();
  const streams = [1, 2].map(() => guardStream(numbers(), { connection, expiresAtMs: 600_000, nowMs: 0 }));
  for (const stream of streams) await stream.next();
  await vi.advanceTimersByTimeAsync(539_000);
  expect(calls).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(calls).toEqual(["askToReconnect"]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toEqual(["askToReconnect", "interrupt"]);
});

test("a stream that ended leaves no timer behind", async () => {
  const { connection } = fakeConnection();
  const stream = guardStream(numbers(), { connection, expiresAtMs: 600_000, nowMs: 0 });
  await stream.next();
  expect(vi.getTimerCount()).toBe(2);
  await stream.return();
  expect(vi.getTimerCount()).toBe(0);
});
