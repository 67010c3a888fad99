// Hashtags in a text, in any script: the hashtag identifiers of UAX #31 (R8), of which this is a profile. Pure. Promises:
// one key a tag, whoever writes or looks it up (fold.ts), and the writer's own form for display.
// The profile: a tag holds a letter or a picture ("#1" is a number), starts with no mark, and "*" belongs to none; what
// Unicode lets stand inside (hyphens, middle dots, joiners) stands between two others; "#one#two" are two.
import { foldText } from "./fold.ts";
import { blankAddresses } from "./scan.ts";

const maxTags = 30;
const maxCodePoints = 100;
/** Decomposed and in surrogate pairs; a longer one could not come to so few code points. */
const maxTypedChars = 2_000;

/** Letters that look like nothing. */
const fillers = "\\u115F\\u1160\\u3164\\uFFA0";
/** Hyphen, plus, the middle dots, the points of Armenian, Hebrew and Tibetan, and the joiners. */
const inside = "\\-+\\u00B7\\u0387\\u058A\\u05F3\\u05F4\\u0F0B\\u2010\\u30A0\\u30FB\\uFF65\\u200C\\u200D";
/** Raised and lowered digits too, which are digits once they are folded. */
const start = `[[\\p{XID_Start}\\p{Nd}_\\u00B2\\u00B3\\u00B9\\u2070-\\u2079\\u2080-\\u2089\\p{Extended_Pictographic}\\p{Regional_Indicator}]--[${fillers}]]`;
const follow = `[[\\p{XID_Continue}\\p{Emoji_Component}${start}]--[#*${fillers}${inside}]]`;
const name = `${start}${follow}*(?:[${inside}]${follow}+)*`;
const sign = "[#＃﹟]";

/** A tag begins behind no part of a word, address or entity; the ends of a picture are no part of a word. */
const tagRun = new RegExp(`(?<![[\\p{L}\\p{M}\\p{N}_&\\/#＃﹟]--[\\uFE0E\\uFE0F\\u20E3]])(?:${sign}${name})+`, "gv");
const wholeName = new RegExp(`^${name}$`, "v");
const hasBody = new RegExp(`[[\\p{L}\\p{Extended_Pictographic}\\p{Regional_Indicator}]--[${fillers}]]`, "v");

export interface Hashtag {
  /** What is stored and compared. */
  key: string;
  /** As the text writes it, without its sign. */
  written: string;
}

/** The tags of a text, in order, each once, at most 30. */
export function parseHashtags(text: string): Hashtag[] {
  if (!/[#＃﹟]/.test(text)) return [];
  const tags = new Map<string, Hashtag>();
  for (const [run] of blankAddresses(text).matchAll(tagRun)) {
    for (const written of run.split(/[#＃﹟]/).slice(1)) {
      const key = keyOfName(written);
      if (key !== null && !tags.has(key)) tags.set(key, { key, written });
      if (tags.size === maxTags) return [...tags.values()];
    }
  }
  return [...tags.values()];
}

/** The key of a tag as typed, with or without its sign; null where it is none. */
export function canonicalHashtag(typed: string): string | null {
  if (typed.length > maxTypedChars) return null;
  return keyOfName(typed.trim().replace(/^[#＃﹟]/, ""));
}

function keyOfName(written: string): string | null {
  if (!wholeName.test(written)) return null;
  const key = foldText(written);
  if (key === null || !wholeName.test(key) || !hasBody.test(key)) return null;
  return [...key].length <= maxCodePoints ? key : null;
}
