// The terms of a text, by which it is found: one function for what is written and what is asked. Pure. Promises: words as
// they stand in any script; of scripts that are written without blanks, or whose words carry endings that nobody types
// (Hangul), every two neighbouring characters; pictures and names such as "C#" are terms, too; no locale has a say.
import { searchFormOf } from "./search-form.ts";
import { languagesOf, stemOf } from "./stem.ts";

export interface Term {
  kind: "word" | "pair" | "last";
  lexeme: string;
  /** Terms of neighbouring places stand side by side. */
  place: number;
}

const letters = "[\\p{L}\\p{M}\\p{N}_]";
const unspaced = `[[${["Han", "Hiragana", "Katakana", "Hangul", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan"]
  .map((script) => `\\p{Script_Extensions=${script}}`)
  .join("")}]&&[\\p{L}\\p{M}\\p{Nl}]]`;
const pattern = new RegExp(
  [
    `(?<run>${unspaced}+)`,
    // "C#", "C++": a sign that ends a word is part of a second term in the same place.
    `(?<word>[${letters}--${unspaced}]+)(?<sign>(?:#|\\+{1,2})(?!${letters}))?`,
    "(?<picture>\\p{Regional_Indicator}{2}|\\p{Extended_Pictographic})",
  ].join("|"),
  "gv",
);

/** PostgreSQL's highest place in a text. Terms beyond are found, but not as part of a phrase. */
const maxPlace = 16_383;
const maxWordChars = 100;

/** The terms of a text, in order. */
export function readTerms(text: string): Term[] {
  const terms: Term[] = [];
  let place = 1;
  for (const { groups = {} } of searchFormOf(text).matchAll(pattern)) {
    const { run, word, sign, picture } = groups;
    if (run !== undefined) place = addPairs(terms, run, place);
    else {
      const lexeme = word === undefined ? (picture ?? "") : cut(word);
      terms.push({ kind: "word", lexeme, place });
      if (sign !== undefined) terms.push({ kind: "word", lexeme: `${lexeme}${sign}`, place });
      place += 1;
    }
  }
  return terms;
}

function cut(word: string): string {
  return word.length <= maxWordChars ? word : [...word].slice(0, maxWordChars).join("");
}

// The last character stands alone, so that each one begins a term: a single one is asked for as a beginning.
function addPairs(terms: Term[], run: string, start: number): number {
  const chars = [...run];
  chars.forEach((char, index) => {
    const next = chars[index + 1];
    const kind = next === undefined ? "last" : "pair";
    terms.push({ kind, lexeme: `${char}${next ?? ""}`, place: start + index });
  });
  return start + chars.length;
}

function quote(lexeme: string): string {
  return `'${lexeme.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/**
 * What is stored of a text, as the text of a `tsvector`: its terms with their places, the stems of its words where its
 * language is known, and marks: terms of the caller's own, which begin with a sign that no word begins with.
 */
export function vectorOf(input: { text: string; marks?: readonly string[] }): string {
  const places = new Map<string, number[]>();
  const terms = readTerms(input.text);
  for (const { lexeme, place } of terms) {
    const known = places.get(lexeme) ?? [];
    if (place <= maxPlace) known.push(place);
    places.set(lexeme, known);
  }
  const stems = stemsOfTerms(terms);
  for (const extra of [...stems, ...(input.marks ?? [])]) if (!places.has(extra)) places.set(extra, []);
  return [...places]
    .map(([lexeme, at]) => (at.length === 0 ? quote(lexeme) : `${quote(lexeme)}:${at.join(",")}`))
    .join(" ");
}

/** The stems of a text's words, where its language is known. */
export function stemsOfTerms(terms: readonly Term[]): string[] {
  const words = terms.filter(({ kind }) => kind === "word").map(({ lexeme }) => lexeme);
  return languagesOf(words).flatMap((language) =>
    words.map((word) => stemOf(word, language)).filter((stem) => stem !== null),
  );
}

/** SQL's `tsquery` for one term. */
export function askLexeme(lexeme: string): string {
  return quote(lexeme);
}

/** The same for several of which any will do. */
export function askAny(lexemes: readonly string[]): string {
  const asked = [...new Set(lexemes)].map(quote);
  return asked.length === 1 ? (asked[0] ?? "") : `(${asked.join(" | ")})`;
}

/** Of the terms of a text, those that ask for all of it: of a run, the last character is in the pair before it; of "C#", the longer term says all. */
export function askedTerms(terms: readonly Term[]): Term[] {
  return terms.filter((term, index) => {
    const [before, next] = [terms[index - 1], terms[index + 1]];
    if (term.kind === "last") return before?.kind !== "pair";
    return next?.place !== term.place;
  });
}

/** What asks for terms side by side, as the text that they were read from has them; null where there are none. */
export function askTerms(terms: readonly Term[]): string | null {
  const asked = askedTerms(terms);
  const [first, ...others] = asked;
  if (first === undefined) return null;
  let query = askOne(first);
  let { place } = first;
  for (const term of others) {
    query += ` <${term.place - place}> ${askOne(term)}`;
    place = term.place;
  }
  return others.length === 0 ? query : `(${query})`;
}

function askOne({ kind, lexeme }: Term): string {
  return kind === "last" ? `${quote(lexeme)}:*` : quote(lexeme);
}
