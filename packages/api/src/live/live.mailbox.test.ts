// The queue before one reader: order, bounds, and every way to its end.
import { expect, test } from "vitest";
import { createMailbox } from "./live.mailbox.ts";

const over = { done: true, value: undefined };

test("messages come out in order, to a reader who waits and to one who comes later", async () => {
  const mailbox = createMailbox<number>();
  const first = mailbox.next();
  for (const message of [1, 2, 3]) mailbox.put(message);
  expect(mailbox.size).toBe(2);
  expect(await first).toEqual({ done: false, value: 1 });
  expect(await mailbox.next()).toEqual({ done: false, value: 2 });
  mailbox.close();
  mailbox.put(4);
  expect(await mailbox.next()).toEqual({ done: false, value: 3 });
  expect(await mailbox.next()).toEqual(over);
});

test("what nobody has read can be taken back, and nothing of what was read", async () => {
  const mailbox = createMailbox<number>();
  for (const message of [1, 2, 3]) mailbox.put(message);
  await mailbox.next();
  expect(mailbox.discard()).toEqual([2, 3]);
  expect(mailbox.size).toBe(0);
  mailbox.put(4);
  expect(await mailbox.next()).toEqual({ done: false, value: 4 });
});

test("one message too many closes it, and those that fit still come out", async () => {
  let overflows = 0;
  const mailbox = createMailbox<number>({ maxSize: 2, onOverflow: () => (overflows += 1) });
  for (const message of [1, 2, 3, 4]) mailbox.put(message);
  expect(overflows).toBe(1);
  expect([await mailbox.next(), await mailbox.next(), await mailbox.next()]).toEqual([
    { done: false, value: 1 },
    { done: false, value: 2 },
    over,
  ]);
});

test("its end reaches a reader who waits, and a reader who gives up gets nothing more", async () => {
  const mailbox = createMailbox<number>();
  const waiting = mailbox.next();
  expect(await mailbox.return()).toEqual(over);
  expect(await waiting).toEqual(over);
  mailbox.put(1);
  expect(await mailbox.next()).toEqual(over);
});

test("a reader who never catches up sees every message once, and says so when nothing is left", async () => {
  let taken = 0;
  const mailbox = createMailbox<number>({ onTaken: () => (taken += 1) });
  mailbox.put(0);
  for (let message = 1; message <= 2_000; message += 1) {
    mailbox.put(message);
    expect(await mailbox.next()).toEqual({ done: false, value: message - 1 });
    expect(mailbox.size).toBe(1);
  }
  expect(taken).toBe(0);
  await mailbox.next();
  void mailbox.next();
  expect(taken).toBe(1);
});
