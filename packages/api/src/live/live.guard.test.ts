// What ends a stream from outside: slow readers and dying tokens.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Connection } from "../platform/call/context.ts";
import { guardStream } from "./live.guard.ts";
import { createMailbox } from "./live.mailbox.ts";

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
    hold: () => void calls.push("hold"),
    release: () => void calls.push("release"),
    interrupt: () => void calls.push("interrupt"),
    askToReconnect: () => void calls.push("askToReconnect"),
    openStreams: 1,
  };
  return { connection, calls };
}

function numbers(count = 2) {
  const mailbox = createMailbox<number>();
  for (let next = 1; next <= count; next += 1) mailbox.put(next);
  return mailbox;
}

const show = (number: number) => number;
const written = ["hold", "release"];

test("a reader who takes nothing any more is given nothing more, and cut off after some seconds", async () => {
  const { connection, calls } = fakeConnection(() => 2_000_000);
  const stream = guardStream(numbers(), { connection, expiresAtMs: null, nowMs: 0, show });
  expect(await stream.next()).toEqual({ value: 1, done: false });
  const next = stream.next();
  await vi.advanceTimersByTimeAsync(4_900);
  // What was kept back is on its way: else it would never be taken.
  expect(calls).toEqual(written);
  await vi.advanceTimersByTimeAsync(200);
  expect(calls).toEqual([...written, "interrupt"]);
  expect((await next).done).toBe(true);
});

test("a slow reader is waited for as long as it takes something, and gets everything", async () => {
  let bytes = 2_000_000;
  const { connection, calls } = fakeConnection(() => bytes);
  const stream = guardStream(numbers(), { connection, expiresAtMs: null, nowMs: 0, show });
  await stream.next();
  const next = stream.next();
  for (; bytes > 200_000; bytes -= 200_000) await vi.advanceTimersByTimeAsync(3_000);
  await vi.advanceTimersByTimeAsync(100);
  expect((await next).value).toBe(2);
  expect(calls).toEqual(written);
});

test("a minute before its token dies a connection is asked, once, to come back; with the token it is cut off", async () => {
  const { connection, calls } = fakeConnection();
  const streams = [1, 2].map(() => guardStream(numbers(1), { connection, expiresAtMs: 600_000, nowMs: 0, show }));
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
  const stream = guardStream(numbers(), { connection, expiresAtMs: 600_000, nowMs: 0, show });
  await stream.next();
  expect(vi.getTimerCount()).toBe(1);
  await stream.return();
  expect(vi.getTimerCount()).toBe(0);
});

test("events that can be had at once go out together, and nothing is kept back while there is none to come", async () => {
  const { connection, calls } = fakeConnection();
  const mailbox = numbers(3);
  const stream = guardStream(mailbox, { connection, expiresAtMs: null, nowMs: 0, show });
  for (let index = 0; index < 3; index += 1) await stream.next();
  expect(calls).toEqual(["hold"]);
  const next = stream.next();
  expect(calls).toEqual(["hold", "release"]);
  mailbox.put(4);
  mailbox.put(5);
  expect((await next).value).toBe(4);
  expect(calls).toEqual(["hold", "release", "hold"]);
  await stream.return();
  expect(calls).toEqual(["hold", "release", "hold", "release"]);
});
