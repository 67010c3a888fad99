// The end of an account that has touched everything: nothing of it is left anywhere but what docs/PRIVACY.md names,
// others' counters are exact, and a worker that is killed half-way goes on where it stopped.
import { waitFor } from "@pixora/api/testing";
import { createPixora, memorySession, type Pixora } from "@pixora/client";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { windowNameOf } from "../../packages/api/src/feed/feed.keys.ts";
import { makePicture } from "../../packages/api/src/testing/pictures.ts";
import { crowdAround } from "./crowd.sql.ts";
import { type App, type House, openHouse } from "./house.ts";
import { findTraces, findWrongCounters, searchRedis } from "./traces.ts";

let house: House;
let server: App;
let worker: App;

beforeAll(async () => {
  // Large from three followers on: readers' feeds then name the account.
  house = await openHouse({ env: { LARGE_ACCOUNT_FOLLOWERS: "3", PUSH_ALLOW_LOOPBACK: "true" } });
  [server, worker] = await Promise.all([house.startServer(), house.startWorker()]);
});

afterAll(() => house.close());

const handle = "zoe.quits";
const password = "seven quiet herons";
const email = "private.address@walk.example";

interface Person {
  id: string;
  handle: string;
  pixora: Pixora;
}

async function join(name: string): Promise<Person> {
  return { handle: name, ...(await house.signUp(server, name)) };
}

async function signUpLeaver(): Promise<Person> {
  const pixora = createPixora({ url: server.url, session: memorySession() });
  const { user } = await pixora.auth.signUp.mutate({ email, handle, password, displayName: "Zoe Leaves-Fast" });
  if (user === null) throw new Error("sign-up answered no user");
  await pixora.auth.signIn.mutate({ login: handle, password, deviceName: "Zoes Fridge" });
  return { id: user.id, handle, pixora };
}

async function count(sql: string, values: unknown[] = []): Promise<number> {
  const { rows } = await house.pool.query<{ n: number }>(`select count(*)::int as n from ${sql}`, values);
  return rows[0]?.n ?? -1;
}

async function waitForQuiet(): Promise<void> {
  await waitFor("an empty outbox", async () => (await count("outbox")) === 0, { timeoutMs: 60_000, everyMs: 50 });
}

/** Follows, requests, blocks and mutes, each in both directions. */
async function relate(zoe: Person, [friend, fan, third, wall, other]: readonly Person[]): Promise<void> {
  for (const one of [friend, fan, third]) await one?.pixora.follow.create.mutate({ userId: zoe.id });
  for (const one of [friend, fan]) await zoe.pixora.follow.create.mutate({ userId: one?.id ?? "" });
  await wall?.pixora.user.update.mutate({ isPrivate: true });
  await zoe.pixora.user.update.mutate({ isPrivate: true, bio: "born to leave", website: "https://zoe.example/quits" });
  await zoe.pixora.follow.create.mutate({ userId: wall?.id ?? "" });
  await wall?.pixora.follow.create.mutate({ userId: zoe.id });
  await zoe.pixora.mute.create.mutate({ userId: third?.id ?? "" });
  await third?.pixora.mute.create.mutate({ userId: zoe.id });
  const [one, two] = [await join("blocked_one"), await join("blocking_one")];
  await zoe.pixora.block.create.mutate({ userId: one.id });
  await two.pixora.block.create.mutate({ userId: zoe.id });
  await other?.pixora.moderation.report.mutate({ target: { userId: zoe.id }, reason: "spam", note: "of all kinds" });
}

/** Posts with pictures, history and mentions, and what hangs on them. */
async function post(zoe: Person, friend: Person): Promise<{ ownId: string; awayId: string }> {
  const picture = await makePicture({ width: 400, height: 300 });
  const [avatar, media] = [
    await zoe.pixora.media.upload(picture, { purpose: "avatar" }),
    await zoe.pixora.media.upload(picture, { purpose: "post" }),
  ];
  await zoe.pixora.media.create.mutate({ purpose: "post", contentType: "image/png", byteSize: 1_000 });
  await zoe.pixora.user.update.mutate({ avatarMediaId: avatar.id });
  const caption = `my diary of leaving, with @${friend.handle} #farewell`;
  const own = await zoe.pixora.post.create.mutate({ caption, media: [{ mediaId: media.id, alt: "a diary" }] });
  await zoe.pixora.post.update.mutate({ postId: own.id, caption: `${caption}, edited` });
  const gone = await zoe.pixora.post.create.mutate({ caption: "my diary, torn out" });
  await zoe.pixora.post.delete.mutate({ postId: gone.id });
  const away = await friend.pixora.post.create.mutate({ caption: `for @${handle}`, visibility: "followers" });
  return { ownId: own.id, awayId: away.id };
}

/** Comments, likes, bookmarks, reports and answers under each other's posts. */
async function mingle(zoe: Person, friend: Person, { ownId, awayId }: { ownId: string; awayId: string }) {
  const [z, f] = [zoe.pixora, friend.pixora];
  const answered = await z.comment.create.mutate({ postId: awayId, text: "my diary says hello" });
  await f.comment.create.mutate({ postId: awayId, parentId: answered.id, text: "hello yourself" });
  const inside = await z.comment.create.mutate({ postId: awayId, parentId: answered.id, text: "my diary answers" });
  await f.comment.create.mutate({ postId: awayId, parentId: inside.id, text: "to the one inside" });
  await z.comment.delete.mutate({ commentId: inside.id });
  const torn = await z.comment.create.mutate({ postId: awayId, text: "my diary, torn" });
  await z.comment.delete.mutate({ commentId: torn.id });
  const under = await f.comment.create.mutate({ postId: ownId, text: "under zoe's" });
  const kept = await f.comment.create.mutate({ postId: awayId, text: "kept" });
  for (const target of [{ postId: awayId }, { commentId: kept.id }, { commentId: under.id }]) {
    await z.like.create.mutate(target);
  }
  for (const target of [{ postId: ownId }, { postId: awayId }, { commentId: answered.id }]) {
    await f.like.create.mutate(target);
  }
  await z.bookmark.create.mutate({ postId: awayId });
  await f.bookmark.create.mutate({ postId: ownId });
  await z.notification.setQuiet.mutate({ postId: awayId, isQuiet: true });
  for (const [who, target] of [
    [z, { postId: awayId }],
    [f, { postId: ownId }],
    [f, { commentId: answered.id }],
  ] as const) {
    await who.moderation.report.mutate({ target, reason: "spam" });
  }
}

/** Mails that wait, archives, subscriptions, preferences, a fact that a job gave up. */
async function leaveTracks(zoe: Person, friend: Person): Promise<void> {
  const z = zoe.pixora;
  const every = { inApp: true, push: true, email: true, from: "everyone" as const };
  await z.notification.updatePreferences.mutate({ types: { LIKE: every }, digest: { frequency: "daily" } });
  await friend.pixora.notification.updatePreferences.mutate({ types: { LIKE: every, COMMENT: every, MENTION: every } });
  await house.pool.query("update credentials set email_verified_at = now()");
  const keys = { p256dh: Buffer.alloc(65, 4).toString("base64url"), auth: Buffer.alloc(16, 4).toString("base64url") };
  await z.push.subscribe.mutate({ endpoint: "http://127.0.0.1:9/zoes-browser", keys });
  await z.auth.changeEmail.mutate({ newEmail: "future.address@walk.example", password });
  await z.auth.requestPasswordReset.mutate({ email });
  await z.auth.requestExport.mutate();
  // By hand: no job fails here.
  await house.pool.query(
    `insert into dead_letters (fact_id, fact, payload, job, error)
     values (1, 'follow.created', jsonb_build_object('actorId', $1::text, 'targetId', $2::text), 'notification.notifyFollows', 'x')`,
    [zoe.id, friend.id],
  );
}

test("of an account that has touched everything, nothing is left but what docs/PRIVACY.md names", async () => {
  const zoe = await signUpLeaver();
  const others = await Promise.all(["friend", "fan_of_zoe", "third", "wall", "other"].map(join));
  const [friend, fan] = others;
  if (friend === undefined || fan === undefined) throw new Error("nobody came");
  await leaveTracks(zoe, friend);
  await relate(zoe, others);
  const posts = await post(zoe, friend);
  await mingle(zoe, friend, posts);
  await waitForQuiet();
  await waitFor("a feed that names the account", async () => {
    await fan.pixora.feed.home.query({});
    return (await searchRedis(house, [zoe.id])).some(({ place }) => /\{feed\d+\}.*:n$/.test(place));
  });
  const reader = await zoe.pixora.notification.list.query({});
  await zoe.pixora.notification.markSeen.mutate({ upToId: reader.items[0]?.id ?? "1" });
  await friend.pixora.auth.requestExport.mutate();
  await waitForQuiet();
  const sid = (await zoe.pixora.auth.sessions.query()).items.map((session) => session.id);
  const words = [
    zoe.id,
    windowNameOf(zoe.id),
    handle,
    email,
    "future.address@walk.example",
    "Leaves-Fast",
    "born to leave",
    "my diary",
  ];
  const all = [...words, "zoe.example", "Zoes Fridge", "zoes-browser", "a diary", "of all kinds", ...sid];
  const before = new Set((await findTraces(house, all)).map(({ place }) => place.replace(/ .*/, "")));
  expect([...before].length).toBeGreaterThan(40);

  await zoe.pixora.auth.deleteAccount.mutate({ password });
  await waitFor("the end of the account", async () => (await count("users where id = $1", [zoe.id])) === 0);
  await waitForQuiet();
  const pictures = "media where owner_id = $1 and not exists (select from evidence where media_ids @> array[media.id])";
  const patience = { timeoutMs: 30_000 };
  await waitFor("the end of the pictures", async () => (await count(pictures, [zoe.id])) === 0, patience);
  const left = await findTraces(house, all);
  console.log(`deletion: ${before.size} places held a trace; left:`, left);
  const unnamed = left.filter(({ place, word }) => !isNamed(place, word, zoe.id));
  expect(unnamed).toEqual([]);
  expect(await findWrongCounters(house)).toEqual([]);
  await zoe.pixora.close();
}, 120_000);

/**
 * What the page says stays: mails in files, words of others, id and handle in archives that others asked for, and what was
 * reported about them, until 90 days after its case was closed.
 */
function isNamed(place: string, word: string, id: string): boolean {
  if (place === "mail file" || /^(cases|reports|evidence|decisions|media)\./.test(place)) return true;
  if (place === "export_parts.content") return [id, handle].includes(word);
  return place === "posts.caption" && word === handle;
}

test("a worker that is killed again and again in the middle goes on, and everybody's counts are exact", async () => {
  const ann = await join("ann");
  await crowdAround(house, { userId: ann.id, size: 600 });
  expect(await findWrongCounters(house)).toEqual([]);
  await ann.pixora.auth.deleteAccount.mutate({ password: "ann-long-password" });
  const remains = {
    follows: "follows where $1 in (follower_id, followee_id)",
    comments: "comments where author_id = $1 and deleted_at is null",
    notifications: `notifications where "actorId" = $1`,
  };
  const killedAt: string[] = [];
  for (const [name, rows] of Object.entries(remains)) {
    const start = await count(rows, [ann.id]);
    await waitFor(`some ${name} to be gone`, async () => (await count(rows, [ann.id])) < start, {
      everyMs: 1,
      timeoutMs: 60_000,
    });
    await worker.end("SIGKILL");
    const left = await count(rows, [ann.id]);
    killedAt.push(`${name} ${left}/${start}`);
    // The job dies with its queue, or it would wait half a minute for its worker; the facts are in PostgreSQL.
    const redis = new Redis(house.redisUrl);
    const keys = await redis.keys(`{${house.prefix}-jobs}*`);
    if (keys.length > 0) await redis.del(keys);
    redis.disconnect();
    worker = await house.startWorker();
  }
  await waitFor("the end", async () => (await count("users where id = $1", [ann.id])) === 0, { timeoutMs: 60_000 });
  await waitForQuiet();
  console.log(`deletion, killed at: ${killedAt.join(", ")}`);
  expect(await findTraces(house, [ann.id, windowNameOf(ann.id)])).toEqual([]);
  expect(await findWrongCounters(house)).toEqual([]);
}, 240_000);
