// Addresses in texts, and what they must not swallow.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseHashtags } from "./hashtag.ts";
import { parseMentions } from "./mention.ts";
import { blankAddresses, scanText } from "./scan.ts";

function addressesOf(text: string): string[] {
  return scanText(text).flatMap((part) => (part.kind === "words" ? [] : [`${part.kind} ${part.text}`]));
}

test("addresses are found with and without a scheme, up to the mark that ends the sentence", () => {
  expect(
    addressesOf("See https://video.example/watch?u=@anna, (https://en.example/wiki/A_(b)) and x.example/a."),
  ).toEqual(["link https://video.example/watch?u=@anna", "link https://en.example/wiki/A_(b)", "link x.example/a"]);
  expect(addressesOf("見てhttps://x.example/日本、「http://y.example」")).toEqual([
    "link https://x.example/日本",
    "link http://y.example",
  ]);
  expect(addressesOf("gemini://a.example/~b?c=#d! www.a.example:8080?x=@b… <ftp://c.example>")).toEqual([
    "link gemini://a.example/~b?c=#d",
    "link www.a.example:8080?x=@b",
    "link ftp://c.example",
  ]);
});

test("e-mail addresses are found with all that may stand before their sign", () => {
  expect(addressesOf("me+you@a.example, x/y=z~@b.example or ünï@c.example.")).toEqual([
    "email me+you@a.example",
    "email x/y=z~@b.example",
    "email ünï@c.example",
  ]);
});

test("numbers, fractions, abbreviations and greetings are no addresses", () => {
  expect(addressesOf("v1.2 and/or e.g. 3.5/4 ... a.b.c Hi!@bob.lee, thanks:@carol.may")).toEqual([]);
});

test("nothing in an address is a mention or a hashtag, with or without a scheme", () => {
  for (const scheme of ["", "https://", "http://www."]) {
    const text = `${scheme}video.example/watch?u=@anna ${scheme}wiki.example/Acme,_Inc.#Decision ${scheme}a.example/?q=(#tag)`;
    expect(parseMentions(text)).toEqual([]);
    expect(parseHashtags(text)).toEqual([]);
  }
  expect(parseMentions("x&y=@mail.example #a@b.example mailto:me@bob.example")).not.toContainEqual(["bob.example"]);
});

test("what stands beside an address is read as ever", () => {
  expect(parseMentions("@anna https://a.example/@bob @carol")).toEqual([["anna"], ["carol"]]);
  expect(parseHashtags("#one https://a.example/#two #three").map((tag) => tag.key)).toEqual(["one", "three"]);
});

const piece = fc.constantFrom(
  "a",
  ".",
  "/",
  "@",
  "#",
  "://",
  "http",
  "(",
  ")",
  " ",
  "é",
  "日",
  "-",
  "~",
  "\u0301",
  "?",
  "😀",
);
const texts = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));

test("the parts of any text are that text, and blanking keeps every other place", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const parts = scanText(text);
      expect(parts.map((part) => part.text).join("")).toBe(text);
      for (const part of parts) expect(text.slice(part.at, part.at + part.text.length)).toBe(part.text);
      const blanked = blankAddresses(text);
      expect(blanked).toHaveLength(text.length);
      for (const { kind, at, text: words } of parts)
        if (kind === "words") expect(blanked.substr(at, words.length)).toBe(words);
    }),
    { numRuns: 2_000 },
  );
});

// A scan that starts again inside of a run it has read takes half a minute for some of these, one pass a few milliseconds.
test("a text of a hundred thousand characters is read at once, whatever it is made of", () => {
  const units = [
    "a.a~",
    "a@",
    "a.",
    "http",
    "a@b.co ",
    "a/",
    ".@",
    "(",
    "aa",
    "x.co/)",
    "é́",
    "a-",
    "#a",
    "a://",
    "a.-",
  ];
  for (const unit of units) {
    const start = performance.now();
    scanText(unit.repeat(100_000 / unit.length));
    expect(performance.now() - start, unit).toBeLessThan(1_000);
  }
});
