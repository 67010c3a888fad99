// What a person is found by: the beginnings of every word of a handle and a name, in the form of search-form.ts. Pure.
// Promises: whoever types the beginning of any word, and goes on with the words behind it, is given the person; in scripts
// without blanks any character may begin.
import { searchFormOf } from "./search-form.ts";

export interface NamePart {
  part: string;
  /** The first word in ASCII, for similar spellings; null where it begins inside of a word. */
  spelling: string | null;
}

const word = /[\p{L}\p{M}\p{N}]+|\p{Regional_Indicator}{2}|\p{Extended_Pictographic}/gu;
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const maxParts = 24;
const maxChars = 60;

/** A text as the beginnings of names are compared: words in the form of searches, a blank between two. */
export function nameKeyOf(text: string): string {
  return (searchFormOf(text).match(word) ?? []).join(" ").slice(0, maxChars);
}

/** The parts of a person, each once. */
export function namePartsOf(person: { handle: string; displayName: string }): NamePart[] {
  const parts = new Map<string, NamePart>();
  for (const name of [person.handle, person.displayName]) {
    const words = searchFormOf(name).match(word) ?? [];
    words.forEach((first, index) => {
      const part = words.slice(index).join(" ").slice(0, maxChars);
      if (!parts.has(part)) parts.set(part, { part, spelling: spellingOf(first) });
    });
    for (const part of innerParts(words)) if (!parts.has(part)) parts.set(part, { part, spelling: null });
  }
  return [...parts.values()].slice(0, maxParts);
}

// Behind the first character of a word in a script without blanks.
function innerParts(words: readonly string[]): string[] {
  return words.flatMap((text) => {
    const chars = [...text];
    return chars.flatMap((char, index) => (index > 0 && unspaced.test(char) ? [chars.slice(index).join("")] : []));
  });
}

/** A word in letters and digits of ASCII: a letter that is none is written by its number. */
export function spellingOf(text: string): string {
  return Array.from(text, (char) =>
    /^[a-z0-9]$/.test(char) ? char : `${(char.codePointAt(0) ?? 0).toString(36)}`,
  ).join("");
}

/** The first text behind all that begin with `key`, byte by byte as the collation "C" compares. */
export function endOfPrefix(key: string): string {
  return `${key}\u{10FFFF}`;
}
