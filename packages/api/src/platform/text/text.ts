// Text as people write it: the schemas every text input is built from.
// Promises: NFC, trimmed, no NUL or lone surrogate (PostgreSQL refuses one and mangles the other), limits in graphemes.
import { z } from "zod";

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** How many characters a person sees. */
export function countGraphemes(text: string): number {
  // ASCII without CR has one code unit a grapheme: the common case costs nothing.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let count = 0;
  for (const _ of segmenter.segment(text)) count += 1;
  return count;
}

/**
 * A text of `min` to `max` graphemes. A grapheme may hold many code points, so code units are bounded
 * too, at 16 a grapheme: far above real writing, far below an attack.
 */
export function textInput(input: { min?: number; max: number; isSingleLine?: boolean }) {
  const { min = 0, max, isSingleLine = false } = input;
  return z
    .string()
    .max(max * 16 + 64, `At most ${max} characters`)
    .refine((text) => text.isWellFormed(), "Contains half of a character")
    .refine((text) => !text.includes("\0"), "Contains a NUL character")
    .transform((text) => text.normalize("NFC").trim())
    .refine((text) => !isSingleLine || !/[\p{Cc}\u2028\u2029]/u.test(text), "Must be a single line")
    .refine((text) => countGraphemes(text) >= min, min === 1 ? "Must not be empty" : `At least ${min} characters`)
    .refine((text) => countGraphemes(text) <= max, `At most ${max} characters`);
}
