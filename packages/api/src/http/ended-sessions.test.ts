// Calls whose own statement asks for the session: likes, bookmarks, the home feed. Whoever's session has ended hears that
// and nothing else, whatever else is wrong, and nothing is changed or counted for them.
import { PoolBusyError, type Statement, statement } from "@pixora/db";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createComment } from "../comment/comment.service.ts";
import { createLike } from "../like/like.service.ts";
import { limiterOf } from "../platform/limit/limiter.ts";
import {
  createPerson,
  createPost,
  follow,
  openTestServer,
  suspend,
  type TestServer,
  unsuspend,
  type WirePerson,
} from "../testing/index.ts";

// A deletion ends the sessions too. Here they live on: the statement has to ask for the account as well.
const remove: Statement<never> = statement("test.remove", "update users set deleted_at = now() where id = $1");
const expire: Statement<never> = statement(
  "test.expire",
  "update sessions set expires_at = now() - interval '1 second' where user_id = $1",
);
const countSet: Statement<{ count: number }> = statement(
  "test.countSet",
  `select (select count(*) from post_likes where user_id = $1)::int
        + (select count(*) from comment_likes where user_id = $1)::int
        + (select count(*) from bookmarks where user_id = $1)::int
        + (select count(*) from outbox where payload ->> 'actorId' = $1::text and fact like 'like.%')::int as count`,
);

let server: TestServer;
let author: { id: string };
let post: { id: string };
let comment: { id: string };
let person: WirePerson;

beforeAll(async () => {
  server = await openTestServer({ env: { LIMITS_SCALE: "1" } });
  author = await createPerson(server.deps);
  post = await createPost(server.deps, { authorId: author.id });
  comment = await createComment(server.deps, { actorId: author.id, postId: post.id, text: "one" });
});
afterAll(() => server.close());
beforeEach(async () => {
  person = await server.signUp({}, { from: "127.0.0.3" });
  await follow(server.deps, { followerId: person.user.id, followeeId: author.id });
});
afterEach(() => void vi.restoreAllMocks());

const writes = () => [
  { path: "like.create", input: { postId: post.id } },
  { path: "like.delete", input: { postId: post.id } },
  { path: "like.create", input: { commentId: comment.id } },
  { path: "bookmark.create", input: { postId: post.id } },
  { path: "bookmark.delete", input: { postId: post.id } },
];

async function codesOf(token: string, batch: { path: string; input?: unknown }[]): Promise<string[]> {
  const answers = await server.batch(batch, { token });
  return answers.map((answer) => (answer.ok ? "ok" : answer.error.appCode));
}

/** Another session of the same person. */
async function signInAgain(of: WirePerson): Promise<string> {
  const second = await server.client({ from: "127.0.0.3" }).auth.signIn({ login: of.email, password: of.password });
  return second.tokens.accessToken;
}

describe.each([
  ["signed out", "auth.sessionRevoked", (of: WirePerson) => of.client.auth.signOut()],
  ["expired", "auth.sessionRevoked", (of: WirePerson) => server.deps.db.sql.run(expire, [of.user.id])],
  ["of a deleted account", "auth.sessionRevoked", (of: WirePerson) => server.deps.db.sql.run(remove, [of.user.id])],
  ["suspended", "auth.suspended", (of: WirePerson) => suspend(server.deps, { userId: of.user.id })],
])("a session that is %s", (_, code, end) => {
  test("sets nothing", async () => {
    await end(person);
    expect(await codesOf(person.token, writes())).toEqual(Array(5).fill(code));
    expect(await codesOf(person.token, writes())).toEqual(Array(5).fill(code));
    expect(await server.deps.db.sql.one(countSet, [person.user.id])).toEqual({ count: 0 });
  });

  test("hears of nothing else: bad input, a post that is not there, a bad cursor", async () => {
    await end(person);
    const badWrites = [
      { path: "like.create", input: { postId: "not an id" } },
      { path: "like.create", input: {} },
      { path: "bookmark.delete", input: { postId: "1" } },
    ];
    const badReads = [
      { path: "feed.home", input: { cursor: "not a cursor" } },
      { path: "feed.home", input: { limit: 100_000 } },
    ];
    expect(await codesOf(person.token, badWrites)).toEqual(Array(3).fill(code));
    expect(await codesOf(person.token, badReads)).toEqual(Array(2).fill(code));
  });

  test("reads no page, be it full or empty", async () => {
    const withoutPosts = await server.signUp({}, { from: "127.0.0.4" });
    expect((await person.client.feed.home({})).items).not.toEqual([]);
    expect((await withoutPosts.client.feed.home({})).items).toEqual([]);
    for (const reader of [person, withoutPosts]) {
      await end(reader);
      expect(await codesOf(reader.token, [{ path: "feed.home", input: {} }])).toEqual([code]);
    }
  });
});

describe("sessions side by side", () => {
  test("one pair in two sessions of one person is answered to each for its own", async () => {
    const second = await signInAgain(person);
    await person.client.auth.signOut();
    const like = [{ path: "like.create", input: { postId: post.id } }];
    const codes = await Promise.all([codesOf(person.token, like), codesOf(second, like)]);
    expect(codes).toEqual([["auth.sessionRevoked"], ["ok"]]);
  });

  test("the ended and the living of one statement are each answered for themselves", async () => {
    const people = await Promise.all([1, 2, 3, 4].map(() => server.signUp({}, { from: "127.0.0.5" })));
    const posts = await Promise.all(people.map(() => createPost(server.deps, { authorId: author.id })));
    for (const [index, one] of people.entries()) if (index % 2 === 0) await one.client.auth.signOut();
    const many = vi.spyOn(server.deps.db.sql, "many");
    const sessions = await Promise.all(people.map(({ token }) => sessionIdOf(token)));
    const likes = people.map((one, index) =>
      createLike(server.deps, {
        actorId: one.user.id,
        sessionId: sessions[index] ?? "",
        postId: posts[index]?.id ?? "",
      }),
    );
    const settled = await Promise.allSettled(likes);
    expect(many.mock.calls.filter(([asked]) => asked.name.startsWith("like.setPostLikes"))).toHaveLength(1);
    expect(settled.map((one) => (one.status === "rejected" ? one.reason.code : one.value.likeCount))).toEqual([
      "auth.sessionRevoked",
      1,
      "auth.sessionRevoked",
      1,
    ]);
  });

  test("a session of somebody else sets nothing", async () => {
    const stranger = await createPerson(server.deps);
    const sessionId = sessionIdOf(person.token);
    const call = createLike(server.deps, { actorId: stranger.id, sessionId, postId: post.id });
    await expect(call).rejects.toMatchObject({ code: "auth.sessionRevoked" });
  });

  test("a suspension that is lifted lets the session act again at once", async () => {
    await suspend(server.deps, { userId: person.user.id });
    expect(await codesOf(person.token, writes())).toEqual(Array(5).fill("auth.suspended"));
    await unsuspend(server.deps, { userId: person.user.id });
    expect(await codesOf(person.token, writes())).toEqual(Array(5).fill("ok"));
  });
});

describe("budgets", () => {
  const likes = () => Array.from({ length: 50 }, () => ({ path: "like.create", input: { postId: post.id } }));

  test("an ended session uses up nothing of its person's, and is soon refused without being asked for", async () => {
    const second = await signInAgain(person);
    await person.client.auth.signOut();
    const floods = await Promise.all(Array.from({ length: 10 }, () => codesOf(person.token, likes())));
    // Those that ran at once with it may have met a budget that the first held.
    expect(new Set(floods.flat()).has("ok")).toBe(false);
    const many = vi.spyOn(server.deps.db.sql, "many");
    expect(new Set(await codesOf(person.token, likes()))).toEqual(new Set(["auth.sessionRevoked"]));
    expect(many.mock.calls.filter(([asked]) => /^like|^auth/.test(asked.name))).toEqual([]);
    const passed = await Promise.all(Array.from({ length: 6 }, () => codesOf(second, likes())));
    expect(new Set(passed.flat())).toEqual(new Set(["ok"]));
  });

  test("calls that find the database busy use up nothing", async () => {
    const busy = vi.spyOn(server.deps.db.sql, "many").mockRejectedValue(new PoolBusyError());
    for (let round = 0; round < 8; round += 1) {
      expect(new Set(await codesOf(person.token, likes()))).toEqual(new Set(["service.unavailable"]));
    }
    busy.mockRestore();
    expect(new Set(await codesOf(person.token, likes()))).toEqual(new Set(["ok"]));
  });

  test("a page that fails once its session has proved alive counts", async () => {
    await createPost(server.deps, { authorId: author.id });
    const charge = vi.spyOn(limiterOf(server.deps), "charge");
    const { sql } = server.deps.db;
    const many = sql.many;
    let isPageRead = false;
    const broken: typeof many = async (asked, values) => {
      if (isPageRead) throw new PoolBusyError();
      const rows = await many(asked, values);
      isPageRead = asked.name.startsWith("feed.selectPage");
      return rows;
    };
    vi.spyOn(sql, "many").mockImplementation(broken);
    expect(await codesOf(person.token, [{ path: "feed.home", input: {} }])).toEqual(["service.unavailable"]);
    expect(isPageRead).toBe(true);
    expect(charge).toHaveBeenCalledTimes(1);
  });

  test("a suspended account's calls count, so that it cannot fill the batches of others for ever", async () => {
    await suspend(server.deps, { userId: person.user.id });
    for (let round = 0; round < 7; round += 1) {
      expect(new Set(await codesOf(person.token, likes()))).toEqual(new Set(["auth.suspended"]));
    }
    await unsuspend(server.deps, { userId: person.user.id });
    expect(await codesOf(person.token, likes())).toContain("limit.exceeded");
  });
});

test("a page and a like of a session that lives ask nothing for it alone", async () => {
  await person.client.feed.home({});
  const many = vi.spyOn(server.deps.db.sql, "many");
  const asked = () => many.mock.calls.map(([one]) => one.name.replace(/:.*/, ""));
  expect((await person.client.feed.home({})).items).not.toEqual([]);
  await person.client.like.create({ postId: post.id });
  expect(asked()).toEqual(expect.arrayContaining(["feed.selectPage", "like.setPostLikes"]));
  expect(asked()).not.toContain("auth.selectSessionStates");
});

test("what nobody foresaw is logged, though its caller hears that their session has ended", async () => {
  await person.client.auth.signOut();
  const { sql } = server.deps.db;
  const many = sql.many;
  const broken: typeof many = (asked, values) =>
    asked.name.startsWith("like.") ? Promise.reject(new TypeError("a bug")) : many(asked, values);
  vi.spyOn(sql, "many").mockImplementation(broken);
  const log = vi.spyOn(server.deps.log, "error");
  const like = [{ path: "like.create", input: { postId: post.id } }];
  expect(await codesOf(person.token, like)).toEqual(["auth.sessionRevoked"]);
  expect(log).toHaveBeenCalledTimes(1);
  expect(log.mock.calls[0]?.[0]).toMatchObject({ path: "like.create", err: { cause: { message: "a bug" } } });
});

function sessionIdOf(token: string): string {
  const claims: { sid?: unknown } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  return String(claims.sid);
}
