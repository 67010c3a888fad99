// Mentions, and what only looks like one.
import { expect, test } from "vitest";
import { parseMentions } from "./mention.ts";

test("handles are found in order, lower-cased, each once", () => {
  expect(parseMentions("@Bob and @carol_1, hello @bob (@dave)")).toEqual([["bob"], ["carol_1"], ["dave"]]);
});

test("a dot at the end may end the sentence or belong to the handle", () => {
  expect(parseMentions("Thanks @bob. And @a.b.c…")).toEqual([["bob", "bob."], ["a.b.c"]]);
});

test("an accent on its last letter makes it another word", () => {
  expect(parseMentions("@bobe\u0301 @bob\u0301 @bobé")).toEqual([]);
});

test("a script without case may follow at once, look-alike letters may not", () => {
  expect(parseMentions("@bobさん ありがとう@carol")).toEqual([["bob"], ["carol"]]);
  expect(parseMentions("@admin\u0430")).toEqual([]);
});

test("e-mail addresses, URLs and handles of other networks are no mentions", () => {
  expect(parseMentions("me@bobmail.com https://x.example/@bob @bob@other.example @@bob")).toEqual([]);
});

test("what is too short or too long for a handle is none", () => {
  expect(parseMentions(`@ab @${"x".repeat(31)} @${"y".repeat(30)}`)).toEqual([["y".repeat(30)]]);
});

test("a text names at most 20 people", () => {
  const text = Array.from({ length: 30 }, (_, place) => `@person${place}`).join(" ");
  expect(parseMentions(text)).toHaveLength(20);
});

test("a picture or a script without case may stand before a mention, whatever its last code point is", () => {
  for (const before of ["❤️", "1️⃣", "👍🏽", "🇮🇹", "नमस्ते", "ที่"]) {
    expect(parseMentions(`${before}@anna`), before).toEqual([["anna"]]);
  }
  expect(parseMentions("❤️@anna.lee")).toEqual([["anna.lee"]]);
  expect(parseMentions("x\u0323@anna")).toEqual([]);
});
