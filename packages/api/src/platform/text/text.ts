// Text as people write it: the schemas every text input is built from.
// Promises: NFC, trimmed, no NUL or lone surrogate (PostgreSQL refuses one and mangles the other), limits in graphemes.
import { z } from "zod";
import { hasLongMarkRun, normalFormOf } from "./normal-form.ts";
import { collapseBlanks, hasSomethingToSee } from "./visible.ts";

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** How many characters a person sees. */
export function countGraphemes(text: string): number {
  // ASCII without CR has one code unit a grapheme: the common case costs nothing.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let count = 0;
  for (const _ of segmenter.segment(text)) count += 1;
  return count;
}

/** Above what any script stacks on one letter: Tibetan, the tallest, comes to nine. */
const maxMarks = 12;

/**
 * Text as typed, in code units before anything else is done to it, then in NFC. For texts that are not shown; those
 * that are have `textInput`.
 */
export function rawTextInput(input: { maxUnits: number; message: string }) {
  return z
    .string()
    .max(input.maxUnits, { error: input.message, abort: true })
    .refine((text) => text.isWellFormed(), "Contains half of a character")
    .refine((text) => !text.includes("\0"), "Contains a NUL character")
    .transform((text, context) => {
      const normal = normalFormOf(text);
      if (normal !== null) return normal;
      context.addIssue({ code: "custom", message: tooManyMarks });
      return z.NEVER;
    });
}

const tooManyMarks = "Too many marks on one letter";

/**
 * A text of `min` to `max` graphemes. A grapheme may hold many code points, so code units are bounded too, at
 * `maxUnits`, else 4 a grapheme and 600: a name of emoji families alone fits, a long text of nothing else does not.
 */
export function textInput(input: { min?: number; max: number; maxUnits?: number; isSingleLine?: boolean }) {
  const { min = 0, max, maxUnits = max * 4 + 600, isSingleLine = false } = input;
  return (
    rawTextInput({ maxUnits, message: `At most ${max} characters` })
      // What shows nothing says nothing: it is as good as empty.
      .transform((text) => (hasSomethingToSee(text) ? text.trim() : ""))
      .refine((text) => !hasLongMarkRun(text, maxMarks), tooManyMarks)
      .refine((text) => !isSingleLine || !/[\p{Cc}\u2028\u2029]/u.test(text), "Must be a single line")
      .transform((text) => (isSingleLine ? collapseBlanks(text) : text))
      .refine((text) => countGraphemes(text) >= min, min === 1 ? "Must not be empty" : `At least ${min} characters`)
      .refine((text) => countGraphemes(text) <= max, `At most ${max} characters`)
      .meta(describeText({ min, max, isSingleLine }))
  );
}

/** What the reference says: people count graphemes, and no JSON schema does. */
function describeText({ min, max, isSingleLine }: { min: number; max: number; isSingleLine: boolean }) {
  const length = min > 0 ? `${min} to ${max}` : `At most ${max}`;
  const description = `${length} characters as people see them (graphemes)${isSingleLine ? ", in one line" : ""}`;
  return { description, "x-maxGraphemes": max };
}
