// The demo data in a database: loaded once and whole, true to the graph and to itself.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openTestDeps, type TestDeps } from "@pixora/api/testing";
import { idAt, idEpochMs } from "@pixora/db";
import { SocialGraph } from "nostr-social-graph";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { verifyPassword } from "../../packages/api/src/platform/secret/password.ts";
import { createPost, deletePost } from "../../packages/api/src/post/post.service.ts";
import { listReaders, readNaiveFeed, walkFeed } from "./feed.oracle.ts";
import { rules } from "./rules.ts";
import { demoPassword, seedDemo } from "./seed.ts";

let deps: TestDeps;
const now = new Date();
let foreignKeysBefore: unknown[];

async function query<Row>(text: string): Promise<Row[]> {
  return (await deps.db.pool.query(text)).rows;
}

/** How many rows `from`, the rest of a query, finds. */
async function count(from: string): Promise<number> {
  const [row] = await query<{ n: number }>(`select count(*)::int as n from ${from}`);
  return row?.n ?? -1;
}

function readForeignKeys(): Promise<unknown[]> {
  return query(
    "select conname, convalidated, pg_get_constraintdef(oid) from pg_constraint where contype = 'f' order by 1",
  );
}

const demoHandles = "('alice', 'bob', 'carol')";
beforeAll(async () => {
  deps = await openTestDeps();
  foreignKeysBefore = await readForeignKeys();
  expect(await seedDemo(deps.db, { now })).toEqual({ isLoaded: true });
}, 240_000);

afterAll(() => deps.close());

describe("loading the demo data", () => {
  // Forty people, each of whom follows the next ten: a world that is made and loaded in no time.
  const keys = Array.from({ length: 40 }, (_, at) => `key${at}`);
  const village = keys.map((key, at) => ({
    key,
    name: `Villager ${key}`,
    nick: null,
    follows: [...keys, ...keys].slice(at + 1, at + 11),
    followerCount: 10,
  }));
  const options = { now, graph: village, postCount: 300 };
  let other: TestDeps;

  beforeAll(async () => {
    other = await openTestDeps();
  });

  afterAll(() => other.close());

  test("one that fails half-way leaves nothing behind", async () => {
    const log = (line: string) => {
      if (line.startsWith("comments")) throw new Error("stopped here");
    };
    await expect(seedDemo(other.db, { ...options, log })).rejects.toThrow("stopped here");
    for (const table of ["users", "posts"]) {
      expect((await other.db.pool.query(`select from ${table}`)).rowCount).toBe(0);
    }
  });

  test("two at once load once", async () => {
    const results = await Promise.all([seedDemo(other.db, options), seedDemo(other.db, options)]);
    expect(results.filter(({ isLoaded }) => isLoaded)).toHaveLength(1);
    expect((await other.db.pool.query("select from posts")).rowCount).toBe(300);
  });

  test("where there are users it changes nothing, quickly", async () => {
    const startedMs = performance.now();
    expect(await seedDemo(deps.db)).toEqual({ isLoaded: false });
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });

  test("the program says so and ends well", () => {
    const program = fileURLToPath(new URL("main.ts", import.meta.url));
    const env = { ...process.env, DATABASE_URL: deps.databaseUrl };
    const ended = spawnSync(process.execPath, [program], { env, encoding: "utf8" });
    expect(ended).toMatchObject({ status: 0, stdout: "demo data is in place\n" });
  });

  test("neither production nor a database with tables of others gets people with a published password", async () => {
    const empty = await openTestDeps();
    onTestFinished(() => empty.close());
    const program = fileURLToPath(new URL("main.ts", import.meta.url));
    const run = (env: Record<string, string>) =>
      spawnSync(process.execPath, [program], {
        env: { ...process.env, DATABASE_URL: empty.databaseUrl, ...env },
        encoding: "utf8",
      });
    expect(run({ NODE_ENV: "production" })).toMatchObject({
      status: 0,
      stdout: "no demo data: NODE_ENV is production\n",
    });
    await empty.db.pool.query("create schema shop create table orders (id int)");
    expect(run({})).toMatchObject({
      status: 0,
      stdout: "no demo data: this database holds tables of others, such as shop.orders\n",
    });
    expect((await empty.db.pool.query("select from users")).rowCount).toBe(0);
  });

  test("afterwards all foreign keys are in place, and checked", async () => {
    expect(await readForeignKeys()).toEqual(foreignKeysBefore);
  });
});

describe("what was loaded", () => {
  test("has the people and follows that the package counts", async () => {
    const file = new URL("data/socialGraph.bin", import.meta.resolve("nostr-social-graph/package.json"));
    const rootKey = "4523be58d395b1b196a9b8c82b038b6895cb02b683d0c253a955068dba1facd0";
    const size = (await SocialGraph.fromBinary(rootKey, readFileSync(file))).size();
    const ofGraph = `(select id from users where handle not in ${demoHandles})`;
    expect(await count("users")).toBe(size.users + 3);
    const edges = `follows where follower_id in ${ofGraph} and followee_id in ${ofGraph}`;
    expect(await count(edges)).toBe(size.follows);
    expect(await count(`(select distinct follower_id from follows where follower_id in ${ofGraph}) as reader`)).toBe(
      340,
    );
  });

  test("has 50,000 posts of the past year, the newest minutes old, 40 % of the people dormant", async () => {
    expect(await count("posts")).toBe(50_000);
    const [span] = await query<{ first: Date; last: Date }>(
      "select min(created_at) first, max(created_at) last from posts",
    );
    const ageDays = (at: Date | undefined) => (now.getTime() - (at?.getTime() ?? 0)) / 86_400_000;
    expect(ageDays(span?.first)).toBeGreaterThan(350);
    expect(ageDays(span?.first)).toBeLessThan(366);
    expect(ageDays(span?.last)).toBeLessThan(0.05);
    const posting = await count(
      `(select distinct author_id from posts where created_at > '${now.toISOString()}'::timestamptz - interval '119 days') p`,
    );
    expect(posting / (await count("users"))).toBeCloseTo(0.6, 1.5);
    expect(await count("post_likes")).toBeGreaterThan(150_000);
    expect(await count("comments")).toBeGreaterThan(29_000);
    expect(await count("comments where parent_id is not null")).toBeGreaterThan(7_000);
    expect(await count("comment_likes")).toBeGreaterThan(30_000);
  });

  test.each(["users", "follows", "posts", "post_likes", "comments", "comment_likes", "bookmarks", "notifications"])(
    "%s carry the instant of their ids, in the past",
    async (table) => {
      const column = table === "notifications" ? '"createdAt"' : "created_at";
      const ms = `(extract(epoch from ${column}) * 1000)::bigint`;
      expect(await count(table)).toBeGreaterThan(0);
      expect(await count(`${table} where ${ms} <> (id >> 22) + ${idEpochMs}`)).toBe(0);
      expect(await count(`${table} where ${column} >= '${now.toISOString()}'`)).toBe(0);
    },
  );

  test.each(rules)("%s", async (_, broken) => {
    expect(await count(broken)).toBe(0);
  });
});

describe("alice, bob and carol", () => {
  test("sign in with the demo password under verified addresses, and nobody else can", async () => {
    const secrets = await query<{ handle: string; email: string; hash: string; at: Date | null }>(
      `select handle, email, password_hash as hash, email_verified_at as at
       from users join credentials on user_id = id where handle in ${demoHandles} order by handle`,
    );
    expect(secrets.map(({ email }) => email)).toEqual(
      ["alice", "bob", "carol"].map((name) => `${name}@pixora.example`),
    );
    for (const { hash, at } of secrets) {
      expect(at).toBeInstanceOf(Date);
      expect(await verifyPassword({ passwordHash: hash, password: demoPassword })).toBe(true);
    }
    expect(await count("credentials where password_hash like '$argon2%' or email_verified_at is not null")).toBe(3);
  });

  test("follow each other and hundreds of people who post, and are followed", async () => {
    const [alice] = await query<{ id: string; follower_count: number; following_count: number }>(
      "select id, follower_count, following_count from users join user_counts on user_id = id where handle = 'alice'",
    );
    expect(alice?.following_count).toBe(302);
    expect(alice?.follower_count).toBeGreaterThan(100);
    const followees = `follows join author_heads on author_id = followee_id where follower_id = ${alice?.id}`;
    expect(await count(`${followees} and last_post_id > 0`)).toBe(302);
    const trio = `(select id from users where handle in ${demoHandles})`;
    expect(await count(`follows where follower_id in ${trio} and followee_id in ${trio}`)).toBe(6);
  });

  test("have posts with likes and comments, and a notification of each", async () => {
    const own = `posts join users on users.id = author_id and handle in ${demoHandles}`;
    expect(await count(own)).toBe(114);
    const likes = await count(`post_likes where post_id in (select posts.id from ${own})`);
    expect(likes).toBeGreaterThan(500);
    expect(await count("notifications where type = 'LIKE'")).toBe(likes);
    expect(await count("notifications where not read")).toBeGreaterThan(10);
    for (const type of ["COMMENT", "FOLLOW", "REPLY", "MENTION", "COMMENT_LIKE"]) {
      expect(await count(`notifications where type = '${type}'`)).toBeGreaterThan(0);
    }
  });
});

describe("the home feed of the graph", () => {
  test("all pages of every eighth who follows anyone equal a naive query", async () => {
    const readers = await listReaders(deps);
    expect(readers.length).toBeGreaterThanOrEqual(340);
    const waiting = readers.filter((_, index) => index % 8 === 0);
    async function checkSome() {
      for (let readerId = waiting.pop(); readerId !== undefined; readerId = waiting.pop()) {
        expect(await walkFeed(deps, { readerId, limit: 100 })).toEqual(await readNaiveFeed(deps, { readerId }));
      }
    }
    await Promise.all([checkSome(), checkSome(), checkSome(), checkSome()]);
  }, 180_000);

  test("while posts are added and deleted, each that exists before and after comes exactly once, in order", async () => {
    const readers = (await listReaders(deps)).filter((_, index) => index % 34 === 0);
    for (const readerId of readers) {
      // A window may lack what is younger than five seconds, as what the walks before this one added.
      const committedBefore = idAt(new Date(Date.now() - 5_000));
      const before = (await readNaiveFeed(deps, { readerId })).filter((id) => BigInt(id) < committedBefore);
      const followed = await query<{ id: string }>(
        `select followee_id as id from follows where follower_id = ${readerId}`,
      );
      let round = 0;
      const seen = await walkFeed(deps, {
        readerId,
        limit: 20,
        async between() {
          round += 1;
          if (round > 20) return;
          const authorId = followed[round % followed.length]?.id ?? readerId;
          await createPost(deps, {
            actorId: authorId,
            caption: "added during the walk",
            media: [],
            visibility: "public",
          });
          const [victim] = await query<{ id: string; author: string }>(
            `select id, author_id as author from posts where id = ${before[(round * 7) % before.length] ?? 0} and deleted_at is null`,
          );
          if (victim) await deletePost(deps, { actorId: victim.author, postId: victim.id });
        },
      });
      const after = new Set(await readNaiveFeed(deps, { readerId }));
      const throughout = before.filter((id) => after.has(id));
      const isThroughout = new Set(throughout);
      expect(seen.filter((id) => isThroughout.has(id))).toEqual(throughout);
      expect(new Set(seen).size).toBe(seen.length);
    }
  }, 120_000);
});
