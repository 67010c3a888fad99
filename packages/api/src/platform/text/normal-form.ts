// The one place that brings text into normal form. Promise: it takes time in proportion to the text. Putting combining
// marks in order costs the square of how many stand in a row, so a long row of them is refused before.

/** Scripts stack a handful; Unicode's own format for streams (UAX #15) allows 30. */
export const maxMarkRun = 32;

// The half-width sound marks are no marks, but become such in the compatibility forms.
const markRun = /[\p{M}\uFF9E\uFF9F]+/gu;
const ascii = /^[\0-\x7f]*$/;

/** Whether more than `max` marks stand in a row somewhere. */
export function hasLongMarkRun(text: string, max: number): boolean {
  if (ascii.test(text)) return false;
  for (const [run] of text.matchAll(markRun)) {
    if (run.length > max && [...run].length > max) return true;
  }
  return false;
}

/** A text in normal form; null for one with more than `maxMarkRun` marks in a row, which is nobody's writing. */
export function normalFormOf(text: string, form: "NFC" | "NFKC" | "NFD" = "NFC"): string | null {
  return hasLongMarkRun(text, maxMarkRun) ? null : text.normalize(form);
}
