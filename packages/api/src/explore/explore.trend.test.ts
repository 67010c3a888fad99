// What trends, and what does not.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setHashtagBanned } from "../hashtag/hashtag.service.ts";
import { createPerson, createPost, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { listTrendingTags, rankTags } from "./explore.trend.ts";

let deps: TestDeps;
let people: TestPerson[];

const ageAccounts = statement<never>("test.ageAccounts", "update users set created_at = now() - interval '30 days'");
const makeUsual = statement<never>(
  "test.makeUsual",
  `insert into hashtag_hours (hour, tag, people)
   select date_trunc('hour', now()) - n * interval '1 hour', $1, $2 from generate_series(25, 190) n
   on conflict (hour, tag) do update set people = excluded.people`,
);
const removeAll = statement<never>(
  "test.removeAll",
  "update posts set removed_by = 1 where hashtags @> array[$1::text]",
);
const holdAll = statement<never>("test.holdAll", "update posts set held_by = 1 where hashtags @> array[$1::text]");

beforeAll(async () => {
  deps = await openTestDeps();
  people = await Promise.all(Array.from({ length: 40 }, () => createPerson(deps)));
  await deps.db.sql.run(ageAccounts);
});
afterAll(() => deps.close());

async function use(
  tag: string,
  by: readonly TestPerson[],
  how: { posts?: number; visibility?: "public" | "followers" } = {},
) {
  const { posts = 1, visibility = "public" } = how;
  for (const { id: authorId } of by) {
    for (let made = 0; made < posts; made += 1)
      await createPost(deps, { authorId, caption: `#${tag} ${made}`, visibility });
  }
}

async function trends(): Promise<string[]> {
  await rankTags(deps);
  return (await listTrendingTags(deps, { viewerId: null, limit: 100 })).items.map(({ tag }) => tag);
}

test("tags trend by people above what is usual; fewer than five, or no more than ever, are no trend", async () => {
  await use("rising", people.slice(0, 12));
  await use("small", people.slice(0, 6));
  await use("few", people.slice(0, 4));
  await use("usual", people.slice(0, 20));
  await deps.db.sql.run(makeUsual, ["usual", 6]);
  expect(await trends()).toEqual(["rising", "small"]);
  await rankTags(deps);
  expect(await trends()).toEqual(["rising", "small"]);
});

test("hashtags 4: posts for followers trend with nobody", async () => {
  await use("whispered", people.slice(0, 10), { visibility: "followers" });
  expect(await trends()).not.toContain("whispered");
});

test("hashtags 10: posts with more than ten tags feed no trend", async () => {
  const others = Array.from({ length: 10 }, (_, index) => `#with${index}`).join(" ");
  for (const { id: authorId } of people.slice(0, 10))
    await createPost(deps, { authorId, caption: `#stuffed ${others}` });
  expect(await trends()).not.toContain("stuffed");
});

// As post.create leaves them, 500 of each.
const spam = statement<never>(
  "test.spam",
  `with post as (
     insert into posts (id, author_id, caption, hashtags, tagged_version, worded_version)
     select next_id(), author_id, '#spammed', '{spammed}', 1, 1
     from unnest($1::bigint[]) as author_id cross join generate_series(1, 500) returning id, author_id
   ), counts as (insert into post_counts (post_id) select id from post)
   insert into post_hashtags (tag, post_id, author_id, is_counted) select 'spammed', id, author_id, true from post`,
);

test("10,000 posts of twenty accounts do not trend, nor do accounts of today, however many", async () => {
  await deps.db.sql.run(spam, [people.slice(0, 20).map(({ id }) => id)]);
  const fresh = await Promise.all(Array.from({ length: 12 }, () => createPerson(deps)));
  await use("brandnew", fresh);
  const found = await trends();
  expect(found).not.toContain("spammed");
  expect(found).not.toContain("brandnew");
});

test("hashtags 3: what moderators remove or hold leaves the trend with the next ranking, and a ban at once", async () => {
  for (const tag of ["held", "banned"]) await use(tag, people.slice(0, 30));
  await use("removed", people, { posts: 5 });
  expect((await trends()).slice(0, 3).toSorted()).toEqual(["banned", "held", "removed"]);
  await deps.db.sql.run(removeAll, ["removed"]);
  await deps.db.sql.run(holdAll, ["held"]);
  await setHashtagBanned(deps, { tag: "banned", isBanned: true });
  expect((await listTrendingTags(deps, { viewerId: null, limit: 100 })).items.map(({ tag }) => tag)).not.toContain(
    "banned",
  );
  const found = await trends();
  for (const tag of ["removed", "held", "banned"]) expect(found).not.toContain(tag);
  expect(found).toContain("rising");
});
