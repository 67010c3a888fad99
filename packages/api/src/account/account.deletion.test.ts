import { statement } from "@pixora/db";
import { type FactOf, jobsOf } from "@pixora/jobs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deleteAccount } from "../auth/auth.deletion.ts";
import { signIn, signUp } from "../auth/auth.service.ts";
import { createBlock } from "../block/block.service.ts";
import { createBookmark } from "../bookmark/bookmark.service.ts";
import { createComment, deleteComment } from "../comment/comment.service.ts";
import { presentComments } from "../comment/comment.view.ts";
import { createFollow } from "../follow/follow.service.ts";
import { createHandlers } from "../handlers.ts";
import { likeComment, likePost } from "../like/like.service.ts";
import { createMute } from "../mute/mute.service.ts";
import { createPost } from "../post/post.service.ts";
import { purgeAccounts } from "../purge/purge.account.ts";
import { createSessionChecker } from "../session/session.service.ts";
import { verifyAccessToken } from "../session/session.token.ts";
import { openTestDeps, type TestDeps } from "../testing/index.ts";
import { deletedHandleLifeMs } from "../user/user.hold.ts";
import { isHandleFree } from "../user/user.service.ts";
import { presentUser } from "../user/user.view.ts";
import { requestExport } from "./account.export.ts";

const device = { userAgent: "test", ip: "203.0.113.7" };
const password = "correct horse battery";

let nowMs = Date.now();
let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps({ clock: { now: () => new Date(nowMs) } });
});
afterAll(() => deps.close());

async function signUpAs(handle: string) {
  const { user, tokens } = await signUp(deps, { email: `${handle}@mail.example`, handle, password, device });
  if (user === null) throw new Error("signed up without a session");
  return { id: user.id, handle, viewer: await verifyAccessToken(deps, { token: tokens.accessToken }) };
}

const takeFacts = statement<{ id: string; fact: string; payload: unknown }>(
  "test.takeFacts",
  "delete from outbox where $1::text is null or fact = $1 returning id, fact, payload",
);
const takeDeletions = statement<FactOf<"auth.purgeAccounts">>("test.takeFacts", takeFacts.text);

/** Does what the workers would do, until no fact is left. */
async function runJobs(): Promise<void> {
  const handlers: Record<string, (input: { facts: never[] }) => Promise<void>> = createHandlers(deps);
  for (;;) {
    const facts = await deps.db.sql.many(takeFacts, [null]);
    if (facts.length === 0) return;
    for (const fact of facts) {
      for (const job of jobsOf(fact.fact) ?? []) await handlers[job]?.({ facts: [fact as never] });
    }
  }
}

const listTables = statement<{ name: string }>(
  "test.listTables",
  `select table_name as name from information_schema.tables
   where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> '_prisma_migrations'`,
);

/** Tables with a row that holds one of these words. */
async function findTraces(words: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of await deps.db.sql.many(listTables)) {
    const search = statement<{ row: string }>("test.search", `select t::text as row from ${name} t where t::text ~ $1`);
    const rows = await deps.db.sql.many(search, [`\\m(${words.join("|")})\\M`]);
    found.push(...rows.map(({ row }) => `${name}: ${row}`));
  }
  return found;
}

async function countsOf(userId: string) {
  const { followerCount, followingCount, postCount } = await presentUser(deps, { viewerId: null, userId });
  return { followerCount, followingCount, postCount };
}

const postCounts = statement<{ likes: number; comments: number }>(
  "test.postCounts",
  `select like_count as likes, comment_count as comments from post_counts where post_id = $1`,
);
const liveHead = statement<{ unread: number; rows: number }>(
  "test.liveHead",
  `select unread, (select count(*)::int from notifications where "receiverId" = $1 and not read) as rows
   from live_heads where user_id = $1`,
);

describe("deleting an account", () => {
  test("needs the password, and then hides the person and ends every session at once", async () => {
    const person = await signUpAs("leaves_at_once");
    const wrong = deleteAccount(deps, { actorId: person.id, password: "not it" });
    await expect(wrong).rejects.toMatchObject({ code: "auth.wrongCredentials" });
    await deleteAccount(deps, { actorId: person.id, password });
    await expect(createSessionChecker(deps)(person.viewer)).rejects.toMatchObject({ code: "auth.sessionRevoked" });
    await expect(presentUser(deps, { viewerId: null, userId: person.id })).rejects.toMatchObject({
      code: "user.notFound",
    });
    for (const login of [person.handle, `${person.handle}@mail.example`]) {
      await expect(signIn(deps, { login, password, device })).rejects.toMatchObject({ code: "auth.wrongCredentials" });
    }
  });

  test("leaves no trace in any table, and everybody's counts exact", async () => {
    const [leaver, friend] = [await signUpAs("leaver_one"), await signUpAs("friend_one")];
    const other = await signUpAs("other_one");
    for (const [actorId, userId] of [
      [leaver.id, friend.id],
      [friend.id, leaver.id],
      [other.id, friend.id],
    ] as const) {
      await createFollow(deps, { actorId, userId });
    }
    const input = { media: [], visibility: "public" as const };
    const own = await createPost(deps, { ...input, actorId: leaver.id, caption: "mine" });
    const theirs = await createPost(deps, { ...input, actorId: friend.id, caption: "theirs, @leaver_two" });
    await likePost(deps, { actorId: leaver.id, postId: theirs.id });
    await likePost(deps, { actorId: other.id, postId: theirs.id });
    await likePost(deps, { actorId: friend.id, postId: own.id });
    await createBookmark(deps, { actorId: leaver.id, sessionId: null, postId: theirs.id });
    await createMute(deps, { actorId: leaver.id, userId: other.id });
    await createBlock(deps, { actorId: other.id, userId: leaver.id });
    await createComment(deps, { actorId: friend.id, postId: own.id, text: "under the leaver's post" });
    const alone = await createComment(deps, { actorId: leaver.id, postId: theirs.id, text: "alone" });
    const answered = await createComment(deps, { actorId: leaver.id, postId: theirs.id, text: "answered" });
    const reply = { actorId: friend.id, postId: theirs.id, parentId: answered.id };
    const kept = await createComment(deps, { ...reply, text: "kept" });
    const inside = await createComment(deps, { ...reply, actorId: leaver.id, text: "inside" });
    const toInside = await createComment(deps, { ...reply, text: "to the one inside", parentId: inside.id });
    const removed = await createComment(deps, { actorId: leaver.id, postId: theirs.id, text: "removed before" });
    await deleteComment(deps, { actorId: leaver.id, commentId: removed.id });
    await likeComment(deps, { actorId: friend.id, commentId: alone.id });
    await likeComment(deps, { actorId: leaver.id, commentId: kept.id });
    await createPost(deps, { ...input, actorId: friend.id, caption: `names @${leaver.handle}` });
    await requestExport(deps, { actorId: leaver.id });
    await runJobs();
    expect((await deps.db.sql.one(liveHead, [friend.id])).unread).toBeGreaterThan(1);

    await deleteAccount(deps, { actorId: leaver.id, password });
    await runJobs();

    const words = [leaver.id, `${leaver.handle}@mail\\.example`];
    expect(await findTraces(words)).toEqual([]);
    // What others wrote stays as they wrote it, a handle in it included: docs/PRIVACY.md names it.
    const named = await findTraces([leaver.handle]);
    expect(named.map((trace) => trace.split(":")[0])).toEqual(["posts", "post_words"]);
    expect(await countsOf(friend.id)).toEqual({ followerCount: 1, followingCount: 0, postCount: 2 });
    expect(await deps.db.sql.one(postCounts, [theirs.id])).toEqual({ likes: 1, comments: 2 });
    const views = await presentComments(deps, {
      viewerId: friend.id,
      ids: [alone.id, answered.id, kept.id, inside.id, toInside.id],
    });
    expect(views).toMatchObject([
      { id: answered.id, author: null, text: null, replyCount: 2 },
      { id: kept.id, text: "kept", likeCount: 0, replyTo: null },
      { id: toInside.id, text: "to the one inside", replyTo: null },
    ]);
    // The follow and the like of the one who stays.
    expect(await deps.db.sql.one(liveHead, [friend.id])).toEqual({ unread: 2, rows: 2 });
    const keys = await deps.redis.cache.keys(`${deps.redis.prefix}*`);
    expect(keys.filter((key) => key.includes(leaver.id))).toEqual([]);
  });

  test("goes on where it was cut off, and a repeat finds nothing", async () => {
    const person = await signUpAs("leaves_slowly");
    const input = { actorId: person.id, media: [], visibility: "public" as const };
    for (const caption of ["one", "two", "three"]) await createPost(deps, { ...input, caption });
    await deleteAccount(deps, { actorId: person.id, password });
    const facts = await deps.db.sql.many(takeDeletions, ["user.deleted"]);
    let transactions = 0;
    const failing: typeof deps.db.inTransaction = (work) => {
      transactions += 1;
      // The second of each run, until some have gone through.
      if (transactions % 2 === 0 && transactions < 8) return Promise.reject(new Error("the worker was killed"));
      return deps.db.inTransaction(work);
    };
    const flaky = { ...deps, db: { ...deps.db, inTransaction: failing } };
    let attempts = 0;
    for (let isDone = false; !isDone; attempts += 1) {
      isDone = await purgeAccounts(flaky, { facts }).then(
        () => true,
        () => false,
      );
    }
    expect(attempts).toBeGreaterThan(1);
    await purgeAccounts(deps, { facts });
    expect(await findTraces([`${person.handle}@mail\\.example`])).toEqual([]);
    const rows = statement<{ count: number }>("test.users", "select count(*)::int as count from users where id = $1");
    expect((await deps.db.sql.one(rows, [person.id])).count).toBe(0);
  });

  test("twice at once with the job under way ends the same", async () => {
    const person = await signUpAs("leaves_twice");
    await deleteAccount(deps, { actorId: person.id, password });
    const facts = await deps.db.sql.many(takeDeletions, ["user.deleted"]);
    await Promise.all([1, 2, 3].map(() => purgeAccounts(deps, { facts })));
    expect(await findTraces([person.id])).toEqual([]);
  });

  test("frees the address at once and the handle after 30 days", async () => {
    const person = await signUpAs("comes_back");
    await deleteAccount(deps, { actorId: person.id, password });
    await runJobs();
    const account = { email: `${person.handle}@mail.example`, password, device };
    expect(await isHandleFree(deps, { handle: person.handle })).toBe(false);
    await expect(signUp(deps, { ...account, handle: person.handle })).rejects.toMatchObject({
      code: "user.handleTaken",
    });
    await expect(signUp(deps, { ...account, handle: "another_name" })).resolves.toBeDefined();
    nowMs += deletedHandleLifeMs;
    expect(await isHandleFree(deps, { handle: person.handle })).toBe(true);
    await expect(signUp(deps, { ...account, email: "new@mail.example", handle: person.handle })).resolves.toMatchObject(
      { user: { handle: person.handle } },
    );
  });
});
