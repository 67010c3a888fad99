// Hashtags in many scripts, and which of them are one.
import { expect, test } from "vitest";
import { foldText } from "./fold.ts";
import { canonicalHashtag, parseHashtags } from "./hashtag.ts";

const keysOf = (text: string) => parseHashtags(text).map((tag) => tag.key);

/** Every code point that is a character, or that Unicode keeps for invisible ones. */
const alphabet = Array.from({ length: 0x11_0000 }, (_, code) => String.fromCodePoint(code)).filter((char) =>
  /[[\p{Any}--[\p{Cn}\p{Co}\p{Cs}]]\p{Default_Ignorable_Code_Point}]/v.test(char),
);

test("tags of any script are found, each once, in order", () => {
  expect(keysOf("#Sunset over #Zürich, #日本語 #مرحبا #नमस्ते and #sunset again")).toEqual([
    "sunset",
    "zürich",
    "日本語",
    "مرحبا",
    "नमस्ते",
  ]);
});

test("a tag is shown as its writer wrote it first", () => {
  expect(parseHashtags("#STRASSE #straße #ＣＡＴ #Cat")).toEqual([
    { key: "strasse", written: "STRASSE" },
    { key: "cat", written: "ＣＡＴ" },
  ]);
});

test("compatibility forms and decomposed letters are one tag", () => {
  expect(keysOf("#café #cafe\u0301 ＃ｃａｆé ﹟CAFÉ")).toEqual(["café"]);
});

test("points inside a word belong to the tag, at its ends they do not", () => {
  expect(keysOf("#col·legi #coŀlegi #スター・ウォーズ #ｽﾀｰ･ｳｫｰｽﾞ")).toEqual(["col·legi", "スター・ウォーズ"]);
  expect(keysOf("#one· #猫・#犬 #covid-19 #sunset- #bold*")).toEqual(["one", "猫", "犬", "covid-19", "sunset", "bold"]);
});

test("joiners inside a word belong to the tag, as Persian and Hindi need them, and make no other tag of it", () => {
  expect(parseHashtags("#می\u200cخواهم #میخواهم #क्\u200dष")).toEqual([
    { key: "میخواهم", written: "می\u200cخواهم" },
    { key: "क्ष", written: "क्\u200dष" },
  ]);
});

test("pictures may be tags, with or without their selectors", () => {
  expect(keysOf("#❤️ #❤ #🔥love 😀#fun ❤️#far #👩‍👧")).toEqual(["❤", "🔥love", "fun", "far", "👩👧"]);
});

test("tags written together are two, and punctuation ends one", () => {
  expect(keysOf("(#one#two)! #three_3, #4th.")).toEqual(["one", "two", "three_3", "4th"]);
});

test("numbers, anchors, entities and halves of words are no tags", () => {
  expect(keysOf("#1 #2024 C#sharp https://example.com/#part &#39; ## # #️⃣ #1️⃣ ##x #\u3164")).toEqual([]);
});

test("a text has at most 30 tags, and one of more than 100 characters is none", () => {
  const text = Array.from({ length: 40 }, (_, place) => `#tag${place}`).join(" ");
  expect(keysOf(text)).toHaveLength(30);
  expect(keysOf(`#${"a".repeat(101)} #${"b".repeat(100)}`)).toEqual(["b".repeat(100)]);
});

test("a tag that is looked up gets the key under which it was stored", () => {
  expect(canonicalHashtag("#SunSet")).toBe("sunset");
  expect(canonicalHashtag(" ﬁsh ")).toBe("fish");
  expect(canonicalHashtag("STRASSE")).toBe(canonicalHashtag("straße"));
  expect(canonicalHashtag("two words")).toBeNull();
  expect(canonicalHashtag("")).toBeNull();
});

test("folding changes exactly the characters that Unicode's NFKC_Casefold changes, and nothing twice", () => {
  const changes = /\p{Changes_When_NFKC_Casefolded}/u;
  const wrong = alphabet.filter((char) => {
    const folded = foldText(char);
    return (folded !== char) !== changes.test(char) || folded === null || foldText(folded) !== folded;
  });
  expect(wrong).toEqual([]);
});

test("spellings of every letter that differ in case alone are one tag", () => {
  const apart = alphabet.filter((char) => {
    const cases = [char, char.toUpperCase(), char.toLowerCase()].map((spelling) => foldText(`a${spelling}`));
    // The dotless i shares a capital with another letter.
    return char !== "ı" && new Set(cases).size > 1;
  });
  expect(apart).toEqual([]);
  // Simple case folding as the engine's own case-insensitive matching knows it.
  const capitals = alphabet.filter((char) => /\p{Changes_When_Casefolded}/u.test(char));
  expect(capitals.length).toBeGreaterThan(1_400);
  const unequal = capitals.filter((char) => {
    const small = char.toLowerCase();
    return (
      small.length === char.length && new RegExp(`^${char}$`, "iu").test(small) && foldText(char) !== foldText(small)
    );
  });
  expect(unequal).toEqual([]);
});

test("every tag of the alphabet is found by its key and by its written form", () => {
  const lost = alphabet.filter((char) => {
    const [tag] = parseHashtags(`#x${char}y`);
    return tag === undefined || canonicalHashtag(tag.written) !== tag.key || canonicalHashtag(tag.key) !== tag.key;
  });
  // A second sign, a blank or another mark ends the tag "x"; where folding leaves no tag, there is none.
  expect(lost.filter((char) => canonicalHashtag(`x${char}y`) !== null)).toEqual([]);
});

test("a dot behind a tag makes no web address of it", () => {
  expect(keysOf("#travel.Love it")).toEqual(["travel"]);
  expect(keysOf("#node.js and #vue.js/guide")).toEqual(["node", "vue"]);
  expect(keysOf("https://wiki.example/#node.js wiki.example/a#b.cd")).toEqual([]);
});
