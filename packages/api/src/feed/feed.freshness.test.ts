// The five-second bound: when windows are not believed, and when they are again.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Deps } from "../platform/process/deps.ts";
import { listOfWindow, warmUp } from "../testing/feed-stage.ts";
import {
  buryFact,
  createPerson,
  follow,
  openTestDeps,
  storeFact,
  type TestDeps,
  type TestPerson,
} from "../testing/index.ts";
import { pushPosts } from "./feed.fanout.ts";
import { isFanoutWithin } from "./feed.freshness.ts";
import { mendWindows } from "./feed.mend.ts";
import { listHomeFeed, servedPagesOf } from "./feed.service.ts";

let deps: TestDeps;
let reader: TestPerson;
let author: TestPerson;

beforeAll(async () => {
  deps = await openTestDeps({ env: { LARGE_ACCOUNT_FOLLOWERS: "10" } });
});
afterAll(() => deps?.close());
beforeEach(async () => {
  await deps.db.sql.run(statement<never>("test.noFacts", "delete from outbox"));
  [reader, author] = await Promise.all([createPerson(deps), createPerson(deps)]);
  await follow(deps, { followerId: reader.id, followeeId: author.id });
});

test.each(["post.created", "post.createdPlain"] as const)(
  "%s that is unfinished for too long sends all pages to SQL",
  async (fact) => {
    await warmUp(deps, reader.id);
    const fresh: Deps = { ...deps };
    expect(await isFanoutWithin(deps, { ageMs: 5_000 })).toBe(true);
    const payload = { postId: "5", authorId: author.id };
    const { id } = await storeFact(deps, { fact, payload, ageMs: 6_000 });
    expect(await isFanoutWithin(deps, { ageMs: 5_000 })).toBe(false);
    expect(await isFanoutWithin(deps, { ageMs: 60_000 })).toBe(true);
    await listHomeFeed(fresh, { viewerId: reader.id, limit: 5 });
    expect(servedPagesOf(fresh)).toEqual({ fromWindow: 0, fromSql: 1 });
    await pushPosts(deps, { facts: [{ id, fact, payload }] });
    expect(await isFanoutWithin(deps, { ageMs: 5_000 })).toBe(true);
  },
);

test("a fact that was given up counts until its readers' windows are deleted", async () => {
  await warmUp(deps, reader.id);
  const payload = { postId: "5", authorId: author.id };
  await buryFact(deps, { factId: "7", fact: "post.created", payload, job: "feed.pushPosts", error: "bad" });
  expect(await isFanoutWithin(deps, { ageMs: 5_000 })).toBe(false);
  await mendWindows(deps);
  expect(await isFanoutWithin(deps, { ageMs: 5_000 })).toBe(true);
  expect(await listOfWindow(deps, reader.id)).toEqual([]);
  await deps.db.sql.run(statement<never>("test.unbury", "delete from dead_letters"));
  await mendWindows(deps);
  const kept = await deps.db.sql.many(
    statement<{ id: string }>("test.mended", "select fact_id as id from feed_mended"),
  );
  expect(kept).toEqual([]);
});
