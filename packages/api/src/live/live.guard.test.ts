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

function fakeConnection(bufferedBytes: () => number = () => 0) {
  const calls: string[] = [];
  const connection: Connection = {
    bufferedBytes,
    interrupt: () => void calls.push("interrupt"),
    askToReconnect: () => void calls.push("askToReconnect"),
    openStreams: 1,
  };
  return { connection, calls };
}

async function* numbers() {
  for (let next = 1; ; next += 1) yield next;
}

test("a reader who takes nothing any more is given nothing more, and cut off after some seconds", async () => {
  const { connection, calls } = fakeConnection(() => 2_000_000);
  const stream = guardStream(numbers(), { connection, expiresAtMs: null, nowMs: 0 });
  expect(await stream.next()).toEqual({ value: 1, done: false });
  const next = stream.next();
  await vi.advanceTimersByTimeAsync(4_900);
  expect(calls).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(calls).toEqual(["interrupt"]);
  expect((await next).done).toBe(true);
});

test("a slow reader is waited for as long as it takes something, and gets everything", async () => {
  let bytes = 2_000_000;
  const { connection, calls } = fakeConnection(() => bytes);
  const stream = guardStream(numbers(), { connection, expiresAtMs: null, nowMs: 0 });
  await stream.next();
  const next = stream.next();
  for (; bytes > 200_000; bytes -= 200_000) await vi.advanceTimersByTimeAsync(3_000);
  await vi.advanceTimersByTimeAsync(100);
  expect((await next).value).toBe(2);
  expect(calls).toEqual([]);
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
