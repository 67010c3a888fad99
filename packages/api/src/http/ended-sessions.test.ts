// Calls whose own statement asks for the session: likes, bookmarks, the home feed. Whoever's session has ended hears that
// and nothing else, whatever else is wrong, and nothing is changed or counted for them.
import { type Statement, statement } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createLike } from "../like/like.service.ts";
import {
  createPerson,
  createPost,
  follow,
  openTestServer,
  type TestServer,
  type WirePerson,
} from "../testing/index.ts";

const suspend: Statement<never> = statement("test.suspend", "update users set suspended_at = now() where id = $1");
const expire: Statement<never> = statement(
  "test.expire",
  "update sessions set expires_at = now() - interval '1 second' where user_id = $1",
);
const countSet: Statement<{ count: number }> = statement(
  "test.countSet",
  `select (select count(*) from post_likes where user_id = $1)::int
        + (select count(*) from bookmarks where user_id = $1)::int
        + (select count(*) from outbox where payload ->> 'actorId' = $1::text and fact like 'like.%')::int as count`,
);

let server: TestServer;
let author: { id: string };
let post: { id: string };
let person: WirePerson;
let ended: WirePerson;

beforeAll(async () => {
  server = await openTestServer({ env: { LIMITS_SCALE: "1" } });
  author = await createPerson(server.deps);
  post = await createPost(server.deps, { authorId: author.id });
  person = await server.signUp({}, { from: "127.0.0.2" });
});
afterAll(() => server.close());
beforeEach(async (context) => {
  if (context.task.name.startsWith("the living")) return;
  ended = await server.signUp({}, { from: "127.0.0.3" });
  await follow(server.deps, { followerId: ended.user.id, followeeId: author.id });
});

const calls = () => [
  { path: "like.create", input: { postId: post.id } },
  { path: "like.delete", input: { postId: post.id } },
  { path: "bookmark.create", input: { postId: post.id } },
  { path: "bookmark.delete", input: { postId: post.id } },
];

async function codesOf(caller: WirePerson, batch: { path: string; input?: unknown }[]): Promise<string[]> {
  const answers = await server.batch(batch, { token: caller.token });
  return answers.map((answer) => (answer.ok ? "ok" : answer.error.appCode));
}

async function expectNothingSet(of: WirePerson): Promise<void> {
  expect(await server.deps.db.sql.one(countSet, [of.user.id])).toEqual({ count: 0 });
}

describe.each([
  ["signed out", "auth.sessionRevoked", (of: WirePerson) => of.client.auth.signOut()],
  ["expired", "auth.sessionRevoked", (of: WirePerson) => server.deps.db.sql.run(expire, [of.user.id])],
  ["suspended", "auth.suspended", (of: WirePerson) => server.deps.db.sql.run(suspend, [of.user.id])],
])("a session that is %s", (_, code, end) => {
  test("sets nothing", async () => {
    await end(ended);
    expect(await codesOf(ended, calls())).toEqual(Array(4).fill(code));
    expect(await codesOf(ended, calls())).toEqual(Array(4).fill(code));
    await expectNothingSet(ended);
  });

  test("hears of nothing else: bad input, a post that is not there, a budget", async () => {
    await end(ended);
    const badWrites = [
      { path: "like.create", input: { postId: "not an id" } },
      { path: "like.create", input: {} },
      { path: "bookmark.delete", input: { postId: "1" } },
    ];
    const badReads = [
      { path: "feed.home", input: { cursor: "not a cursor" } },
      { path: "feed.home", input: { limit: 100_000 } },
    ];
    expect(await codesOf(ended, badWrites)).toEqual(Array(3).fill(code));
    expect(await codesOf(ended, badReads)).toEqual(Array(2).fill(code));
  });

  test("reads no page, be it full or empty", async () => {
    const withoutPosts = await server.signUp({}, { from: "127.0.0.4" });
    expect((await ended.client.feed.home({})).items).not.toEqual([]);
    expect((await withoutPosts.client.feed.home({})).items).toEqual([]);
    for (const reader of [ended, withoutPosts]) {
      await end(reader);
      expect(await codesOf(reader, [{ path: "feed.home", input: {} }])).toEqual([code]);
    }
  });
});

test("the living in one batch with the ended are answered", async () => {
  const other = await server.client({ token: person.token }).auth.sessions();
  expect(other.items).toHaveLength(1);
  const second = await server
    .client({ from: "127.0.0.2" })
    .auth.signIn({ login: person.email, password: person.password });
  const [mine] = other.items;
  await server.client({ token: second.tokens.accessToken }).auth.revokeSession({ sessionId: mine?.id ?? "" });
  // One pair, one moment, two sessions: each is answered for its own.
  const [refused, liked] = await Promise.all([
    server.batch([{ path: "like.create", input: { postId: post.id } }], { token: person.token }),
    server.batch([{ path: "like.create", input: { postId: post.id } }], { token: second.tokens.accessToken }),
  ]);
  expect(refused[0]).toMatchObject({ ok: false, error: { appCode: "auth.sessionRevoked" } });
  expect(liked[0]).toMatchObject({ ok: true, data: { isLiked: true, likeCount: 1 } });
});

test("a session of somebody else sets nothing", async () => {
  const [session] = (await ended.client.auth.sessions()).items;
  const stranger = await createPerson(server.deps);
  const call = createLike(server.deps, { actorId: stranger.id, sessionId: session?.id ?? "", postId: post.id });
  await expect(call).rejects.toMatchObject({ code: "auth.sessionRevoked" });
});

test("an ended session uses up nothing of its person's budget of likes", async () => {
  const { email: login, password } = ended;
  const second = await server.client({ from: "127.0.0.3" }).auth.signIn({ login, password });
  await ended.client.auth.signOut();
  const likes = Array.from({ length: 50 }, () => ({ path: "like.create", input: { postId: post.id } }));
  const floods = Array.from({ length: 10 }, () => codesOf(ended, likes));
  expect(new Set((await Promise.all(floods)).flat())).toEqual(new Set(["auth.sessionRevoked"]));
  const passed = await Promise.all(
    Array.from({ length: 6 }, () => server.batch(likes, { token: second.tokens.accessToken })),
  );
  expect(passed.flat().every((answer) => answer.ok)).toBe(true);
});

test("a page and a like of a session that lives ask nothing for it alone", async () => {
  await ended.client.feed.home({});
  const many = vi.spyOn(server.deps.db.sql, "many");
  const asked = () => many.mock.calls.map(([one]) => one.name.replace(/:.*/, ""));
  expect((await ended.client.feed.home({})).items).not.toEqual([]);
  expect(asked()).toContain("feed.page");
  expect(asked()).not.toContain("auth.selectSessionStates");
  many.mockClear();
  await ended.client.like.create({ postId: post.id });
  expect(asked()).toEqual(["like.post.set"]);
  many.mockRestore();
});
