// Finds web addresses and e-mail addresses in a text. What stands in them is no text: no mention, no hashtag, no word.
// Promises: one pass, in time proportional to the text; the parts, put together, are the text.

/** A host without a scheme is a link as it stands; that there is one of that name, nobody has asked. */
export interface TextPart {
  kind: "words" | "link" | "email";
  text: string;
  /** Where it begins, in code units. */
  at: number;
}

const word = "\\p{L}\\p{M}\\p{N}";
const label = `[${word}](?:[${word}\\-]*[${word}])?`;
/** At least two labels; the last has two letters at least, so that "1.5", "v2.0" and "e.g." are none. */
const host = `(?:${label}\\.)+\\p{L}[${word}\\-]*[${word}]`;
const local = `${word}.!#$%&'*+\\/=?^_\`\\{\\|\\}~\\-`;
/** All that an address may go on with. Quotes and brackets of scripts without blanks end it, as they end a sentence. */
const tail = `[^\\s\\p{C}<>"“”«»「」『』【】《》〈〉（）。、，！？；]`;

// Each alternative begins only where a run of its own characters begins. So no run is read more than a few times, whatever
// stands in it, and the whole takes one pass.
const address = new RegExp(
  [
    `(?<link>(?<![a-z0-9+.\\-])[a-z][a-z0-9+.\\-]{1,30}:\\/\\/${tail}+)`,
    // "Hi!@bob.lee" greets somebody: before the "@" stands a letter, or what joins letters; the end of a picture is none.
    `(?<email>(?<![${local}])[${local}]+(?<=[${word}_+~\\-])(?<![\\uFE0E\\uFE0F\\u20E3])@${host})`,
    // "#travel.Love it" is a tag and a sentence, "#node.js" a tag as ever.
    `(?<bare>(?<![${word}_.@＠#＃﹟\\-\\/])${host}(?::\\d{1,5})?(?:[\\/?]${tail}*)?)`,
  ].join("|"),
  "giu",
);

/** The parts of a text, in order. */
export function scanText(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of text.matchAll(address)) {
    const kind = match.groups?.email === undefined ? "link" : "email";
    const found = kind === "link" ? withoutPunctuation(match[0]) : match[0];
    if (match.index > at) parts.push({ kind: "words", text: text.slice(at, match.index), at });
    parts.push({ kind, text: found, at: match.index });
    at = match.index + found.length;
  }
  if (at < text.length) parts.push({ kind: "words", text: text.slice(at), at });
  return parts;
}

const closing: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

// What ends the sentence is no part of the address, nor is the bracket that encloses it.
function withoutPunctuation(found: string): string {
  const open = { "(": 0, "[": 0, "{": 0 } as Record<string, number>;
  for (const char of found) {
    if (char in open) open[char] = (open[char] ?? 0) + 1;
    const opening = closing[char];
    if (opening !== undefined) open[opening] = (open[opening] ?? 0) - 1;
  }
  let end = found.length;
  for (; end > 0; end -= 1) {
    const char = found.charAt(end - 1);
    const opening = closing[char];
    if (opening !== undefined && (open[opening] ?? 0) < 0) open[opening] = (open[opening] ?? 0) + 1;
    else if (!/[.,:;!?'’*_~…]/.test(char)) break;
  }
  return found.slice(0, end);
}

/**
 * The text with a stroke in place of each character of an address: as long as the text, and neither mention nor hashtag
 * begins beside a stroke.
 */
export function blankAddresses(text: string): string {
  // Most texts hold none; all that is one has one of these.
  if (!/[.:]/.test(text)) return text;
  return scanText(text)
    .map((part) => (part.kind === "words" ? part.text : "/".repeat(part.text.length)))
    .join("");
}
