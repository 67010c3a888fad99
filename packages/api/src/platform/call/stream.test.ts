// What follows a stream: its end is noticed once, in whatever way it comes.
import { expect, test } from "vitest";
import { z } from "zod";
import { followStream, streamView } from "./stream.ts";

/** Numbers from 1, and a record of what was asked of their source. */
function numbers(input: { failAt?: number; endAt?: number } = {}) {
  const asked: string[] = [];
  let next = 0;
  const source: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      async next() {
        next += 1;
        asked.push("next");
        if (next === input.failAt) throw new Error("broken");
        return next === input.endAt ? { done: true, value: undefined } : { done: false, value: next };
      },
      async return() {
        asked.push("return");
        return { done: true, value: undefined };
      },
    }),
  };
  return { source, asked };
}

test("items pass as they are made, and the end is told once", async () => {
  const { source, asked } = numbers({ endAt: 3 });
  let ends = 0;
  const stream = followStream(source, { onItem: (item) => item * 10, onEnd: () => (ends += 1) });
  const items: number[] = [];
  for await (const item of stream) items.push(item);
  expect(items).toEqual([10, 20]);
  expect(await stream.next()).toEqual({ done: true, value: undefined });
  await stream.return();
  expect(ends).toBe(1);
  expect(asked).toEqual(["next", "next", "next", "return"]);
});

test("a stream that is given up before it began never begins its source, and still ends", async () => {
  const { source, asked } = numbers();
  let ends = 0;
  const stream = followStream(source, { onEnd: () => (ends += 1) });
  await stream.return();
  expect([ends, asked]).toEqual([1, []]);
});

test("a failure is named, ends the stream and gives the source up", async () => {
  const { source, asked } = numbers({ failAt: 1 });
  const seen: unknown[] = [];
  const stream = followStream(source, {
    onEnd: () => seen.push("end"),
    nameError: (error) => new Error("named", { cause: error }),
  });
  await expect(stream.next()).rejects.toThrow("named");
  expect(seen).toEqual(["end"]);
  expect(asked).toEqual(["next", "return"]);
});

test("an item that does not fit its schema ends the stream with an error; keys that nobody promised are left out", async () => {
  const view = streamView(z.object({ id: z.number() }));
  async function* items(): AsyncGenerator<{ id: number }> {
    yield Object.assign({ id: 1 }, { secret: true });
    yield { id: "two" } as never;
  }
  const stream = view.parse(items())[Symbol.asyncIterator]();
  expect(await stream.next()).toEqual({ done: false, value: { id: 1 } });
  await expect(stream.next()).rejects.toThrow();
});

test("a stream that is followed again is taken over: nearest first for items and errors, farthest first for pauses and ends", async () => {
  const { source, asked } = numbers({ failAt: 2 });
  const seen: string[] = [];
  const near = followStream(source, {
    onItem: (item) => item * 10,
    beforeNext() {
      seen.push("near is asked");
      return null;
    },
    onEnd: () => seen.push("near ends"),
    nameError: () => new Error("near"),
  });
  const far = followStream(near, {
    onItem: (item) => `item ${item}`,
    beforeNext: async () => {
      seen.push("far is asked");
      return "go on" as const;
    },
    onEnd: () => seen.push("far ends"),
    nameError: (error) => new Error("far", { cause: error }),
  });
  expect(await far.next()).toEqual({ done: false, value: "item 10" });
  expect(seen).toEqual(["far is asked", "near is asked"]);
  await expect(far.next()).rejects.toMatchObject({ message: "far", cause: { message: "near" } });
  expect(seen.slice(4)).toEqual(["far ends", "near ends"]);
  await far.return();
  expect(asked).toEqual(["next", "next", "return", "return"]);
  expect(seen).toHaveLength(6);
});

test("a pause that ends a stream gives its source up", async () => {
  const { source, asked } = numbers();
  let isEnough = false;
  let ends = 0;
  const stream = followStream(source, {
    beforeNext: () => (isEnough ? Promise.resolve("end" as const) : null),
    onEnd: () => (ends += 1),
  });
  expect(await stream.next()).toEqual({ done: false, value: 1 });
  isEnough = true;
  expect(await stream.next()).toEqual({ done: true, value: undefined });
  expect([ends, asked]).toEqual([1, ["next", "return"]]);
});

test("whoever follows a stream that has ended hears of the end", async () => {
  const { source } = numbers();
  const ends: string[] = [];
  const stream = followStream(source, { onEnd: () => ends.push("near") });
  await stream.return();
  followStream(stream, { onEnd: () => ends.push("far") });
  expect(ends).toEqual(["near", "far"]);
});

test("a stream that is given up while it pauses asks its source for nothing", async () => {
  const { source, asked } = numbers();
  const pause = Promise.withResolvers<"go on">();
  const stream = followStream(source, { beforeNext: () => pause.promise });
  const next = stream.next();
  await stream.return();
  pause.resolve("go on");
  expect(await next).toEqual({ done: true, value: undefined });
  expect(asked).toEqual([]);
});

test("a pause that fails ends the stream with a named error", async () => {
  const { source } = numbers();
  let ends = 0;
  const stream = followStream(source, {
    beforeNext: () => Promise.reject(new Error("broken")),
    onEnd: () => (ends += 1),
    nameError: (error) => new Error("named", { cause: error }),
  });
  await expect(stream.next()).rejects.toThrow("named");
  expect(ends).toBe(1);
});
