// Hashtags in many scripts.
import { expect, test } from "vitest";
import { canonicalHashtag, parseHashtags } from "./hashtag.ts";

test("tags of any script are found, lower-cased, each once, in order", () => {
  expect(parseHashtags("#Sunset over #Zürich, #日本語 #مرحبا #नमस्ते and #sunset again")).toEqual([
    "sunset",
    "zürich",
    "日本語",
    "مرحبا",
    "नमस्ते",
  ]);
});

test("compatibility forms and decomposed letters are one tag", () => {
  expect(parseHashtags("#café #cafe\u0301 ＃ｃａｆé")).toEqual(["café"]);
});

test("joiners inside a word belong to the tag, as Persian and Hindi need them", () => {
  expect(parseHashtags("#می\u200cخواهم #क्\u200dष")).toEqual(["می\u200cخواهم", "क्\u200dष"]);
});

test("tags written together are two, and punctuation ends one", () => {
  expect(parseHashtags("(#one#two)! #three_3, #4th.")).toEqual(["one", "two", "three_3", "4th"]);
});

test("numbers, anchors, entities and halves of words are no tags", () => {
  expect(parseHashtags("#1 #2024 C#sharp https://example.com/#part &#39; ## # #️⃣ ##x")).toEqual([]);
});

test("a text has at most 30 tags, and one of more than 100 characters is none", () => {
  const text = Array.from({ length: 40 }, (_, place) => `#tag${place}`).join(" ");
  expect(parseHashtags(text)).toHaveLength(30);
  expect(parseHashtags(`#${"a".repeat(101)} #${"b".repeat(100)}`)).toEqual(["b".repeat(100)]);
});

test("a tag that is looked up gets the spelling under which it was stored", () => {
  expect(canonicalHashtag("#SunSet")).toBe("sunset");
  expect(canonicalHashtag(" ﬁsh ")).toBe("fish");
  expect(canonicalHashtag("two words")).toBeNull();
  expect(canonicalHashtag("")).toBeNull();
});
