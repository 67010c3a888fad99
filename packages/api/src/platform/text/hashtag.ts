// Hashtags in a text, in any script. Pure; promises one canonical spelling a tag, whoever writes or looks it up.
import { normalFormOf } from "./normal-form.ts";

const maxTags = 30;
const maxCodePoints = 100;
/** Decomposed and in surrogate pairs; a longer one could not come to so few code points. */
const maxTypedChars = 2_000;

// A tag starts with a letter, digit or underscore, goes on with marks too (and with the joiners that Persian and Indic
// words need between letters), and holds at least one letter: "#1" is a number.
const start = "[\\p{L}\\p{N}_]";
const body = `${start}(?:[\\p{L}\\p{M}\\p{N}_]|(?<=[\\p{L}\\p{M}])[\\u200C\\u200D](?=\\p{L}))*`;
/** "#one#two" are two tags; "C#sharp", "a/#part" and "&#39;" are none. */
const tagRun = new RegExp(`(?<![\\p{L}\\p{M}\\p{N}_&/#])(?:#${body})+`, "gu");
const wholeTag = new RegExp(`^${body}$`, "u");

/** The canonical spellings in a text, in order, each once, at most 30. */
export function parseHashtags(text: string): string[] {
  if (!/[#＃﹟]/.test(text)) return [];
  const tags = new Set<string>();
  // Compatibility forms first: full-width "＃ｃａｔ" is what "#cat" is.
  for (const [run] of (normalFormOf(text, "NFKC") ?? "").matchAll(tagRun)) {
    for (const name of run.slice(1).split("#")) {
      const tag = canonicalHashtag(name);
      if (tag !== null) tags.add(tag);
      if (tags.size === maxTags) return [...tags];
    }
  }
  return [...tags];
}

/** The canonical spelling of a tag as typed, with or without its sign; null where it is none. */
export function canonicalHashtag(typed: string): string | null {
  if (typed.length > maxTypedChars) return null;
  const name = normalFormOf(typed.trim(), "NFKC")?.replace(/^#/, "") ?? "";
  if (!wholeTag.test(name) || !/\p{L}/u.test(name)) return null;
  const tag = normalFormOf(name.toLowerCase(), "NFKC") ?? "";
  const length = [...tag].length;
  return length > 0 && length <= maxCodePoints ? tag : null;
}
