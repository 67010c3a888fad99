// Plants what the check is there to find, and sees it found.
import { expect, test } from "vitest";
import { isPlain } from "../sql/plain.ts";
import { checkPlainSql } from "./plain-sql.mjs";

const plain = { name: "a.selectOne", text: "select id from users where id = $1", file: "a.ts", line: 1 };
const real = { name: "a.lockOne", text: "select id from users where id = $1 for update", file: "a.ts", line: 9 };
const collection = { statements: [plain, real], unheard: [] };

test("a plain statement with a reason, and real SQL, pass", () => {
  expect(checkPlainSql(collection, { "a.selectOne": "a reason" })).toEqual({ problems: [], plainCount: 1 });
});

test.each([
  ["a plain statement that is not listed", collection, {}, "a.ts:1 a.selectOne: say it with Prisma"],
  ["one without a reason", collection, { "a.selectOne": " " }, "a.selectOne is listed without a reason"],
  ["a listed one that is gone", collection, { "a.selectOne": "x", "a.gone": "x" }, "a.gone is listed, and is no plain"],
  ["a listed one that needs SQL now", collection, { "a.selectOne": "x", "a.lockOne": "x" }, "a.lockOne is listed, and"],
  [
    "a statement that cannot be seen",
    { statements: [], unheard: [{ file: "b.ts", line: 3, column: 1, callee: "statement" }] },
    {},
    "b.ts:3 calls statement where loading the file does not",
  ],
])("the check finds %s", (_, planted, kept, problem) => {
  const { problems } = checkPlainSql(planted, kept);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(problem);
});

test.each([
  'select id, user_id as "userId" from exports where user_id = $1',
  `select id from notifications where "receiverId" = $1 and ($2::bigint is null or id < $2) order by id desc limit $3`,
  "insert into mutes (muter_id, muted_id) values ($1, $2) on conflict do nothing",
  "insert into sessions (user_id, created_at) values ($1, now()) returning id",
  "update media\n   set state = 'with (join)' where id = $1",
  "delete from push_subscriptions where endpoint = $2 and user_id = $1",
])("Prisma could say: %s", (text) => {
  expect(isPlain(text)).toBe(true);
});

test.each([
  ["a lock", "select id from users where id = $1 for no key update"],
  ["a set", "delete from users where id = any($1::bigint[])"],
  ["a list of rows", "insert into outbox (fact) select * from unnest($1::text[])"],
  ["a join", "select u.id from users u join posts p on p.author_id = u.id where p.id = $1"],
  ["a second table", "update credentials c set email = $2 from users u where c.user_id = $1 and u.id = $1"],
  ["a CTE", "with gone as (delete from a where id = $1 returning id) select id from gone where id = $1"],
  ["a subquery", "select id from a where id = (select max(id) from b where c = $1)"],
  ["a function", "select coalesce(name, '') from users where id = $1"],
  ["a computed value", "update counts set n = n + 1 where id = $1"],
  ["a cast of a column", "select id::text from users where id = $1"],
  ["a comparison of rows", "select id from a where b = $1 and (c, id) < ($2, $3)"],
  ["a conditional upsert", "insert into a (b) values ($1) on conflict (b) do update set c = $2 where a.c = $1"],
  ["no key", "delete from tokens where expires_at < $1"],
])("needs SQL for %s", (_, text) => {
  expect(isPlain(text)).toBe(false);
});
