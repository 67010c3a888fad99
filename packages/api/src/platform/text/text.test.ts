// Text at the edge: what is refused before any work is spent on it, and what must pass all the same.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { newPasswordInput, signInInput } from "../../auth/auth.schema.ts";
import { canonicalHashtag, parseHashtags } from "./hashtag.ts";
import { hasLongMarkRun, maxMarkRun, normalFormOf } from "./normal-form.ts";
import { textInput } from "./text.ts";

const marks = (count: number) => "\u0301\u0316".repeat(count / 2) + "\u0301".repeat(count % 2);
const family = "👩🏽‍❤️‍💋‍👨🏽";

function messagesOf(
  schema: { safeParse(value: unknown): { error?: { issues: { message: string }[] } | undefined } },
  value: unknown,
) {
  return schema.safeParse(value).error?.issues.map((issue) => issue.message) ?? [];
}

test("a row of 33 marks is refused before it is put in order, wherever text enters", () => {
  const normalize = vi.spyOn(String.prototype, "normalize");
  try {
    const long = `a${marks(maxMarkRun + 1)}`;
    expect(normalFormOf(long)).toBeNull();
    expect(messagesOf(textInput({ max: 100 }), long)).toEqual(["Too many marks on one letter"]);
    expect(messagesOf(newPasswordInput, `password ${long}`)).toEqual(["Too many marks on one letter"]);
    expect(messagesOf(signInInput.shape.login, long)).toEqual(["Too many marks on one letter"]);
    expect(canonicalHashtag(long)).toBeNull();
    expect(parseHashtags(`#${long}`)).toEqual([]);
    expect(normalize).not.toHaveBeenCalled();
  } finally {
    normalize.mockRestore();
  }
});

test("32 marks in a row pass where nobody reads the text, and are put in order", () => {
  const typed = `password a${marks(maxMarkRun)}`;
  expect(newPasswordInput.parse(typed)).toBe(typed.normalize("NFC"));
});

test("marks are counted as code points, and the half-width ones that become marks with them", () => {
  const astral = "\u{1D165}";
  expect(hasLongMarkRun(`a${astral.repeat(32)}`, 32)).toBe(false);
  expect(hasLongMarkRun(`a${astral.repeat(33)}`, 32)).toBe(true);
  expect(hasLongMarkRun(`a${`${"\u0301".repeat(3)}\uff9e`.repeat(9)}`, 32)).toBe(true);
});

test("a text is measured in code units before anything else is done to it", () => {
  const normalize = vi.spyOn(String.prototype, "normalize");
  expect(messagesOf(textInput({ max: 10 }), "é".repeat(641))).toEqual(["At most 10 characters"]);
  expect(normalize).not.toHaveBeenCalled();
  normalize.mockRestore();
});

test("emoji of many code units and stacked letters are characters like any other", () => {
  expect(family.length).toBe(15);
  expect(textInput({ max: 5 }).parse(family.repeat(5))).toBe(family.repeat(5));
  expect(messagesOf(textInput({ max: 5 }), family.repeat(6))).toEqual(["At most 5 characters"]);
  // The tallest stack of Tibetan, from a mantra.
  const stack = "ཧྐྵྨླྺྼྻྂ";
  expect(textInput({ min: 1, max: 1 }).parse(stack)).toBe(stack.normalize("NFC"));
});

test("no letter of a shown text carries more than 12 marks, and a long text comes to little more than 4 code units a character", () => {
  expect(textInput({ max: 100 }).safeParse(`a${marks(12)}`).success).toBe(true);
  expect(messagesOf(textInput({ max: 100 }), `q${"\u0316".repeat(13)}`)).toEqual(["Too many marks on one letter"]);
  const comment = textInput({ max: 1_000 });
  const letter = `q${"\u0316".repeat(3)}`;
  expect(comment.safeParse(letter.repeat(1_000)).success).toBe(true);
  expect(messagesOf(comment, `${letter}\u0316`.repeat(1_000))).toEqual(["At most 1000 characters"]);
});

test("one place alone brings text into normal form", () => {
  const root = new URL("../../", import.meta.url).pathname;
  const files = readdirSync(root, { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  expect(sources.length).toBeGreaterThan(200);
  expect(sources.filter((file) => readFileSync(join(root, file), "utf8").includes(".normalize("))).toEqual([
    "platform/text/normal-form.ts",
  ]);
});
