// Answers of a small request that come to many megabytes: what is made and not taken is bounded, whatever carries it.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { answerLedgerOf } from "../platform/limit/answer.ledger.ts";
import { createPerson, createPost, openTestServer, type TestServer, waitFor } from "../testing/index.ts";
import { testConfig } from "../testing/test-deps.ts";
import { maxRunningCalls } from "./answering.ts";

const mebibyte = 1_024 * 1_024;

let server: TestServer;
let input: { postId: string; sort: string; limit: number };

const makeComments = statement<never>(
  "test.makeComments",
  `with made as (
     insert into comments (id, post_id, author_id, text, listed_under_id)
     select next_id(), $1, $2, $3, $1 from generate_series(1, 60) returning id, post_id
   )
   insert into comment_counts (comment_id, top_post_id) select id, post_id from made`,
);

beforeAll(async () => {
  server = await openTestServer();
  const author = await createPerson(server.deps);
  const { id: postId } = await createPost(server.deps, { authorId: author.id });
  input = { postId, sort: "newest", limit: 100 };
  await server.deps.db.sql.run(makeComments, [postId, author.id, `漢${"\u0316".repeat(3)}`.repeat(1_000)]);
});
afterAll(() => server.close());
beforeEach(() => waitFor("all answers to be taken", () => answerLedgerOf(server.deps).waitMs("127.0.0.1") === 0));

function batchQuery(count: number): string {
  const inputs = Object.fromEntries(Array.from({ length: count }, (_, index) => [index, input]));
  const paths = Array.from({ length: count }, () => "comment.list").join(",");
  return `/trpc/${paths}?batch=1&input=${encodeURIComponent(JSON.stringify(inputs))}`;
}

describe("a batch of forty pages of half a megabyte", () => {
  test("answers a dozen of them, and tells the others that it was too much", async () => {
    const answers = await server.batch(Array.from({ length: 40 }, () => ({ path: "comment.list", input })));
    const codes = answers.map((answer) => (answer.ok ? "page" : answer.error.appCode));
    expect(new Set(codes)).toEqual(new Set(["page", "limit.exceeded"]));
    expect(codes.filter((code) => code === "page").length).toBeGreaterThanOrEqual(8);
    const bytes = JSON.stringify(answers).length;
    expect(bytes).toBeLessThan(7 * mebibyte);
  });

  test("does so by tRPC's adapter too", async () => {
    const answer = await server.request({ path: batchQuery(40), headers: { "trpc-accept": "application/jsonl" } });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain("limit.exceeded");
    expect(answer.text.length).toBeLessThan(7 * mebibyte);
  });

  test("gets its pages one after the other over a socket that is read", async () => {
    const socket = await server.openSocket();
    const pages = await Promise.all(Array.from({ length: 40 }, () => socket.call("query", "comment.list", input)));
    expect(pages).toHaveLength(40);
    await socket.close();
  });

  test("runs four calls at a time", async () => {
    let running = 0;
    let most = 0;
    const many = server.deps.db.sql.many.bind(server.deps.db.sql);
    const spy = vi.spyOn(server.deps.db.sql, "many").mockImplementation(async (...asked) => {
      const isList = asked[0].text.includes("listed_under_id = $1");
      if (isList) most = Math.max(most, ++running);
      try {
        return (await many(...asked)) as never;
      } finally {
        if (isList) running -= 1;
      }
    });
    await server.batch(Array.from({ length: 40 }, () => ({ path: "comment.list", input: { ...input, limit: 1 } })));
    spy.mockRestore();
    expect(most).toBe(maxRunningCalls);
  });
});

describe("the ledger", () => {
  test("lets a caller read 48 MB a minute, and lets others be", () => {
    const ledger = answerLedgerOf({ config: testConfig({ LIMITS_SCALE: "1" }) });
    for (let read = 0; read < 47; read += 1) {
      expect(ledger.hold("anna", mebibyte)).toBe(true);
      ledger.release("anna", mebibyte);
    }
    expect(ledger.waitMs("anna")).toBe(0);
    ledger.hold("anna", mebibyte);
    ledger.release("anna", mebibyte);
    expect(ledger.waitMs("anna")).toBeGreaterThan(0);
    expect(ledger.waitMs("berta")).toBe(0);
  });

  test("holds six megabytes for a caller who takes nothing, and one answer at least, however large", () => {
    const ledger = answerLedgerOf({ config: testConfig() });
    for (let made = 0; made < 6; made += 1) expect(ledger.hold("anna", mebibyte)).toBe(true);
    expect(ledger.hold("anna", mebibyte)).toBe(false);
    expect(ledger.waitMs("anna")).toBeGreaterThan(0);
    expect(ledger.hold("berta", 10 * mebibyte)).toBe(true);
    ledger.release("anna", mebibyte);
    expect(ledger.waitMs("anna")).toBe(0);
    expect(ledger.hold("anna", mebibyte)).toBe(true);
  });
});
