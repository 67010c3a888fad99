// The driver for OpenSearch (and what speaks like it), by its HTTP API. Promises: our own terms are what it keeps, so that it
// finds what PostgreSQL finds in any script, with no analyzer of its own; ids are its document ids.
import type { Term } from "../text/terms.ts";
import {
  type IndexAsk,
  type IndexClause,
  type IndexedPost,
  type SearchIndex,
  SearchIndexAwayError,
} from "./search-index.ts";

/** A search that takes longer is asked of PostgreSQL instead. */
const findWithinMs = 800;
const writeWithinMs = 30_000;

// `words`: the terms with a blank between, a place each. A term that shares its place with another is a mark.
const mapping = {
  settings: { analysis: { analyzer: { terms: { type: "custom", tokenizer: "whitespace" } } } },
  mappings: {
    dynamic: "strict",
    properties: {
      id: { type: "long" },
      words: { type: "text", analyzer: "terms", norms: false },
      marks: { type: "keyword", norms: false },
    },
  },
};

interface Place {
  /** https://user:password@host/index */
  url: string;
  fetch?: typeof fetch;
}

/** Opens the index that a URL names; nothing is contacted before it is used. */
export function createOpenSearchIndex(place: Place): SearchIndex {
  const { fetch: send = fetch } = place;
  const url = new URL(place.url);
  const name = url.pathname.replaceAll("/", "");
  const headers: Record<string, string> = {};
  if (url.username !== "") {
    const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.authorization = `Basic ${Buffer.from(login).toString("base64")}`;
  }

  async function call(
    path: string,
    request: { method: string; body: string; isLines?: boolean; withinMs: number; accepts?: readonly number[] },
  ): Promise<unknown> {
    const { method, body, isLines = false, withinMs, accepts = [] } = request;
    const type = isLines ? "application/x-ndjson" : "application/json";
    try {
      const answer = await send(`${url.origin}/${path}`, {
        method,
        body,
        headers: { ...headers, "content-type": type },
        signal: AbortSignal.timeout(withinMs),
      });
      const text = await answer.text();
      if (!answer.ok && !accepts.includes(answer.status)) {
        throw new SearchIndexAwayError(`the search index answers ${answer.status}: ${text.slice(0, 300)}`);
      }
      return JSON.parse(text);
    } catch (cause) {
      if (cause instanceof SearchIndexAwayError) throw cause;
      throw new SearchIndexAwayError("the search index does not answer", { cause });
    }
  }

  async function bulk(lines: readonly object[]): Promise<void> {
    if (lines.length === 0) return;
    const body = `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
    const answer = await call(`${name}/_bulk`, { method: "POST", body, isLines: true, withinMs: writeWithinMs });
    const failed = listBulkFailures(answer);
    if (failed.length > 0) throw new SearchIndexAwayError(`the search index refused: ${failed.slice(0, 3).join("; ")}`);
  }

  return {
    async find(ask) {
      const body = JSON.stringify(toQuery(ask));
      return readIds(await call(`${name}/_search`, { method: "POST", body, withinMs: findWithinMs }));
    },
    put: (posts) => bulk(posts.flatMap((post) => [{ index: { _id: post.id } }, toDocument(post)])),
    remove: (ids) => bulk(ids.map((id) => ({ delete: { _id: id } }))),
    async prepare() {
      // 400: it is there already.
      const body = JSON.stringify(mapping);
      await call(name, { method: "PUT", body, withinMs: writeWithinMs, accepts: [400] });
    },
  };
}

const wordsOf = (terms: readonly Term[]) => terms.map(({ lexeme }) => lexeme).join(" ");

/** Of terms in one place, the first: "c" of "c#". */
function onePerPlace(terms: readonly Term[]): { first: Term[]; others: Term[] } {
  const first = terms.filter((term, index) => terms[index - 1]?.place !== term.place);
  return { first, others: terms.filter((term) => !first.includes(term)) };
}

function toDocument(post: IndexedPost): object {
  const { first, others } = onePerPlace(post.terms);
  const marks = [...new Set([...post.marks, ...others.map(({ lexeme }) => lexeme)])];
  return { id: post.id, words: wordsOf(first), marks };
}

// Filters only: there is no score, and OpenSearch keeps their answers.
function toQuery(ask: IndexAsk): object {
  return {
    size: ask.count,
    _source: false,
    track_total_hits: false,
    sort: [{ id: "desc" }],
    query: {
      bool: {
        filter: [{ range: { id: { gte: ask.fromId, lt: ask.belowId } } }, ...ask.wanted.map(toClause)],
        must_not: ask.unwanted.map(toClause),
      },
    },
  };
}

function toClause({ phrase, marks }: IndexClause): object {
  const any: object[] = [];
  const last = phrase.at(-1);
  // A lone character of a script without blanks is asked for as the beginning of a pair.
  if (last?.kind === "last") {
    any.push(
      phrase.length === 1 ? { prefix: { words: last.lexeme } } : { match_phrase_prefix: { words: wordsOf(phrase) } },
    );
  } else if (phrase.length > 0) any.push({ match_phrase: { words: wordsOf(phrase) } });
  if (marks.length > 0) any.push({ terms: { marks } });
  return any.length === 1 ? (any[0] ?? {}) : { bool: { should: any, minimum_should_match: 1 } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The ids of an answer's hits. Throws SearchIndexAwayError for what is no such answer. */
function readIds(answer: unknown): string[] {
  const hits = isRecord(answer) && isRecord(answer.hits) ? answer.hits.hits : null;
  if (!Array.isArray(hits)) throw new SearchIndexAwayError("the search index answers no hits");
  return hits.flatMap((hit) => (isRecord(hit) && typeof hit._id === "string" ? [hit._id] : []));
}

/** What a bulk answer says of what it did not do; to remove what is not there is no failure. */
function listBulkFailures(answer: unknown): string[] {
  if (!isRecord(answer) || !Array.isArray(answer.items)) return ["no bulk answer"];
  if (answer.errors === false) return [];
  return answer.items.flatMap((item) => {
    const done = isRecord(item) ? Object.values(item)[0] : null;
    if (!isRecord(done) || typeof done.status !== "number") return ["an item without a status"];
    const isGood = done.status < 300 || (done.status === 404 && isRecord(item) && "delete" in item);
    return isGood ? [] : [`${done.status} ${JSON.stringify(done.error ?? null).slice(0, 200)}`];
  });
}
