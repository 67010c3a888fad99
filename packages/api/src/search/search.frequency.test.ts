// A common word is found by reading the newest posts, a rare one by the index: both find the same.
import { idAt, statement } from "@pixora/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPerson, createPosts, openTestDeps, type TestDeps, waitFor } from "../testing/index.ts";
import { countToScan, wordStatistics } from "./search.frequency.ts";
import { findPosts } from "./search.posts.ts";

let deps: TestDeps;
let ids: string[];
const count = 3_000;
const analyze = statement<never>("test.analyzeWords", "analyze post_words");

beforeAll(async () => {
  deps = await openTestDeps();
  const author = await createPerson(deps);
  const from = Date.now() - 10 * 86_400_000;
  ids = Array.from({ length: count }, (_, index) => idAt(new Date(from + index * 60_000)).toString());
  // "early" stands in a tenth of all, and only in the oldest.
  const captions = ids.map(
    (_, index) => `each ${index % 2 ? "odd" : "even"} ${index < count / 10 ? "early" : ""} n${index}`,
  );
  await createPosts(deps, {
    authorId: author.id,
    posts: ids.map((id, index) => ({ id, caption: captions[index] ?? "" })),
  });
  await deps.db.sql.run(analyze);
  wordStatistics(deps);
  await waitFor("the statistics", () => wordStatistics(deps).posts === count);
});
afterAll(() => deps.close());

const part = (...lexemes: string[]) => ({ lexemes, isPhrase: false });

test("PostgreSQL's statistics say which words are common", () => {
  const statistics = wordStatistics(deps);
  expect(statistics.shareOf.get("each")).toBeCloseTo(1, 1);
  expect(statistics.shareOf.get("odd")).toBeCloseTo(0.5, 1);
  expect(countToScan(statistics, { parts: [part("each")], count: 20 })).toBe(40);
  expect(countToScan(statistics, { parts: [part("odd"), part("each")], count: 20 })).toBeLessThan(100);
  expect(countToScan(statistics, { parts: [part("odd", "even")], count: 20 })).toBeLessThan(50);
  expect(countToScan(statistics, { parts: [{ lexemes: ["each", "n7"], isPhrase: true }], count: 20 })).toBe(0);
  expect(countToScan(statistics, { parts: [part("n7")], count: 20 })).toBe(0);
  expect(countToScan({ posts: 0, shareOf: new Map() }, { parts: [part("each")], count: 20 })).toBe(0);
});

async function walk(q: string, limit: number): Promise<string[]> {
  const found: string[] = [];
  for (let cursor: string | null = null, isFirst = true; isFirst || cursor !== null; isFirst = false) {
    const page = await findPosts(deps, { viewerId: null, q, limit, cursor });
    found.push(...page.items.map((post) => post.id));
    cursor = page.nextCursor;
  }
  return found;
}

describe("all are found, newest first, each once", () => {
  test.each<[string, (index: number) => boolean]>([
    ["each", () => true],
    ["odd each", (index) => index % 2 === 1],
    ["early", (index) => index < count / 10],
    ["each -early odd", (index) => index >= count / 10 && index % 2 === 1],
    ['"each even"', (index) => index % 2 === 0],
    ["odd -each", () => false],
    ["each n77", (index) => index === 77],
  ])("%s", async (q, isFound) => {
    expect(await walk(q, 100)).toEqual(ids.filter((_, index) => isFound(index)).toReversed());
  });
});
