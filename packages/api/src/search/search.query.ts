// What a person types into the search of posts, as what PostgreSQL is asked. Pure. Promises: whatever is typed is either
// read or refused by name; words that stand in operators' places are operators only where they are whole.
import { idAt, idEpochMs, maxId } from "@pixora/db";
import { invalidInput } from "../platform/call/failure.ts";
import type { IndexClause } from "../platform/search-index/search-index.ts";
import { canonicalHashtag } from "../platform/text/hashtag.ts";
import { stemsOf } from "../platform/text/stem.ts";
import { askAny, askedTerms, askLexeme, askTerms, readTerms } from "../platform/text/terms.ts";
import { postMarks } from "../post/post.words.ts";

/** One thing that is asked for, as SQL's `tsquery`, and the terms by whose frequency its own is told. */
interface Part {
  query: string;
  lexemes: string[];
  /** All of the lexemes, and not any of them. */
  isPhrase: boolean;
  /** The same for an index besides PostgreSQL. */
  clause: IndexClause;
}

export interface PostQuery {
  wanted: Part[];
  unwanted: Part[];
  /** As typed; whose they are is looked up. */
  handle: string | null;
  /** Ids from here on, and below here; null for no bound. */
  fromId: string | null;
  belowId: string | null;
}

const maxParts = 30;
const piece = /-?["“”„](?<phrase>[^"“”„]*)["“”„]|(?<plain>[^\s\p{Z}]+)/gu;
const operator = /^(?<name>from|since|until):(?<value>.+)$/i;
const dayMs = 86_400_000;

/** Reads a query. Throws input.invalid where it names nothing to look for, or a day that is none. */
export function readPostQuery(typed: string): PostQuery {
  const query: PostQuery = { wanted: [], unwanted: [], handle: null, fromId: null, belowId: null };
  for (const match of typed.matchAll(piece)) readPiece(query, match[0], match.groups?.phrase);
  if (query.wanted.length === 0 && query.handle === null) {
    throw invalidInput({ q: ['Name a word, a "phrase", a #tag or from:handle to look for'] });
  }
  if (query.wanted.length + query.unwanted.length > maxParts) {
    throw invalidInput({ q: [`At most ${maxParts} words`] });
  }
  return query;
}

function readPiece(query: PostQuery, text: string, phrase: string | undefined): void {
  const isUnwanted = text.startsWith("-");
  const { name = "", value = "" } = (phrase === undefined && operator.exec(text)?.groups) || {};
  if (name !== "") {
    readOperator(query, name.toLowerCase(), value);
    return;
  }
  const part = phrase === undefined ? readWord(isUnwanted ? text.slice(1) : text) : readPhrase(phrase);
  const parts = isUnwanted ? query.unwanted : query.wanted;
  if (part !== null && !parts.some((known) => known.query === part.query)) parts.push(part);
}

function readOperator(query: PostQuery, name: string, value: string): void {
  if (name === "from") {
    // A post has one author.
    if (query.handle !== null && query.handle !== value) throw invalidInput({ q: ["Name one person with from:"] });
    query.handle = value;
    return;
  }
  const dayAt = readDay(value).getTime();
  // Whoever names two days asks for both; the day itself belongs to "until".
  if (name === "since") query.fromId = tighter(query.fromId, firstIdOf(dayAt), (one, other) => one > other);
  else query.belowId = tighter(query.belowId, firstIdOf(dayAt + dayMs), (one, other) => one < other);
}

function tighter(known: string | null, other: string, isTighter: (one: bigint, other: bigint) => boolean): string {
  return known !== null && isTighter(BigInt(known), BigInt(other)) ? known : other;
}

/** The first id of an instant, or the nearest end of all ids. */
function firstIdOf(instantMs: number): string {
  if (instantMs < idEpochMs) return "0";
  const id = idAt(new Date(instantMs));
  return id > BigInt(maxId) ? maxId : id.toString();
}

function readDay(value: string): Date {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(value) ? new Date(`${value}T00:00:00Z`) : null;
  // What no month has, as the 31st of February, is another day to JavaScript.
  if (day === null || Number.isNaN(day.getTime()) || !day.toISOString().startsWith(value)) {
    throw invalidInput({ q: [`${value} is no day, as 2026-01-31 is`] });
  }
  return day;
}

function readWord(text: string): Part | null {
  if (/^[#＃﹟]/.test(text)) {
    const key = canonicalHashtag(text);
    if (key !== null) return only(postMarks.hashtag(key));
  }
  const terms = readTerms(text);
  const [term] = terms;
  if (term === undefined) return null;
  if (terms.length > 1 || term.kind !== "word") return readPhrase(text);
  const stems = stemsOf(term.lexeme);
  const lexemes = [term.lexeme, ...stems];
  return {
    query: askAny(lexemes),
    lexemes: [...new Set(lexemes)],
    isPhrase: false,
    clause: { phrase: [term], marks: stems },
  };
}

function only(lexeme: string): Part {
  return { query: askLexeme(lexeme), lexemes: [lexeme], isPhrase: false, clause: { phrase: [], marks: [lexeme] } };
}

// A lone character, which begins many terms, has no frequency of its own.
function readPhrase(text: string): Part | null {
  const terms = readTerms(text);
  const query = askTerms(terms);
  if (query === null) return null;
  const asked = askedTerms(terms);
  const [only] = asked;
  // "C#" shares its place with "c", and is kept apart by an index.
  const isSigned = asked.length === 1 && only?.kind === "word" && terms.length > 1;
  const clause = isSigned ? { phrase: [], marks: [only.lexeme] } : { phrase: asked, marks: [] };
  const lexemes = asked.filter(({ kind }) => kind !== "last").map(({ lexeme }) => lexeme);
  return { query, lexemes, isPhrase: lexemes.length > 0, clause };
}

/** The whole as SQL's `tsquery`, for whom it is asked: what strangers may never see is not looked at for them. */
export function toTsQuery(query: PostQuery, by: { authorId: string | null; isStranger: boolean }): string {
  const wanted = query.wanted.map((part) => part.query);
  if (by.authorId !== null) wanted.push(askLexeme(postMarks.author(by.authorId)));
  if (by.isStranger) wanted.push(askLexeme(postMarks.everybody));
  return [...wanted, ...query.unwanted.map((part) => `!${part.query}`)].join(" & ");
}

/** The clauses for an index besides PostgreSQL, which is told no more than `toTsQuery` is. */
export function toClauses(
  query: PostQuery,
  by: { authorId: string | null; isStranger: boolean },
): { wanted: IndexClause[]; unwanted: IndexClause[] } {
  const wanted = query.wanted.map(({ clause }) => clause);
  if (by.authorId !== null) wanted.push({ phrase: [], marks: [postMarks.author(by.authorId)] });
  if (by.isStranger) wanted.push({ phrase: [], marks: [postMarks.everybody] });
  return { wanted, unwanted: query.unwanted.map(({ clause }) => clause) };
}
