// The contract of what may stand behind the search of posts besides PostgreSQL. Promise asked of every driver: it only
// proposes ids, newest first. What a person is shown, PostgreSQL says; so an index that lags or lies hides or delays a post
// at worst.
import type { Term } from "../text/terms.ts";

/** What an index keeps of a post. */
export interface IndexedPost {
  id: string;
  /** The terms of the caption, in order. */
  terms: Term[];
  /** Stems, author, tags, audience: all that has no place in the text. */
  marks: string[];
}

/** Terms side by side, or any of some marks; with both, either will do. */
export interface IndexClause {
  phrase: Term[];
  marks: string[];
}

export interface IndexAsk {
  wanted: IndexClause[];
  unwanted: IndexClause[];
  fromId: string;
  belowId: string;
  count: number;
}

export interface SearchIndex {
  /** At most `count` ids below `belowId`, newest first. Throws SearchIndexAwayError. */
  find(ask: IndexAsk): Promise<string[]>;
  /** Puts posts in, or replaces them. The second time changes nothing. Throws SearchIndexAwayError. */
  put(posts: readonly IndexedPost[]): Promise<void>;
  /** Takes posts out; who is not in it is passed over. Throws SearchIndexAwayError. */
  remove(ids: readonly string[]): Promise<void>;
  /** Makes the index where there is none. Throws SearchIndexAwayError. */
  prepare(): Promise<void>;
}

/** The index does not answer, or not in time: searches go to PostgreSQL, and what feeds it waits. */
export class SearchIndexAwayError extends Error {
  override name = "SearchIndexAwayError";
}
