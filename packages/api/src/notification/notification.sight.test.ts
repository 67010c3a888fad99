// Counts are what the list can show, whatever takes sight away and gives it back.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { updateUser } from "../account/account.profile.ts";
import { mendCounters } from "../audit/audit.service.ts";
import { createBlock, deleteBlock } from "../block/block.service.ts";
import { createComment, deleteComment } from "../comment/comment.service.ts";
import { createFollow, deleteFollow, removeFollower } from "../follow/follow.service.ts";
import { likeComment, likePost } from "../like/like.service.ts";
import { createPostInput } from "../post/post.schema.ts";
import { createPost, deletePost, updatePost } from "../post/post.service.ts";
import { createPerson, follow, openTestDeps, type TestDeps, type TestPerson, waitFor } from "../testing/index.ts";
import { workOff } from "../testing/work-off.ts";
import { setSuspended } from "../user/user.service.ts";
import { listGroups } from "./notification.group.ts";
import { countNotifications, listNotifications, markRead, markSeen } from "./notification.service.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
  await waitFor("redis", () => deps.redis.cache.status === "ready");
});
afterAll(() => deps.close());

const people = () =>
  Promise.all([createPerson(deps), createPerson(deps), createPerson(deps), createPerson(deps), createPerson(deps)]);

async function publish(author: TestPerson, caption: string, visibility?: "followers") {
  return (await createPost(deps, { actorId: author.id, ...createPostInput.parse({ caption, visibility }) })).id;
}

async function comment(author: TestPerson, postId: string, text: string, parentId?: string) {
  return (await createComment(deps, { actorId: author.id, postId, text, parentId })).id;
}

/** How many are unread, which the list and the groups must bear out. */
async function unreadOf(person: TestPerson, where = ""): Promise<number> {
  const { unread, unseen } = await countNotifications(deps, { viewerId: person.id });
  const { items } = await listNotifications(deps, { viewerId: person.id, limit: 100 });
  expect({ unread, unseen }, where).toEqual({
    unread: items.filter((item) => !item.read).length,
    unseen: items.filter((item) => !item.seen).length,
  });
  const groups = await listGroups(deps, { viewerId: person.id, limit: 100 });
  expect(new Set(groups.items.map((group) => group.groupKey))).toEqual(new Set(items.map((item) => item.groupKey)));
  for (const group of groups.items) {
    expect(group.read).toBe(items.filter((item) => item.groupKey === group.groupKey).every((item) => item.read));
  }
  return unread;
}

const suspend = (person: TestPerson, isSuspended: boolean) =>
  deps.db.inTransaction((tx) => setSuspended(tx, { userId: person.id, isSuspended }));

/** Bob is told three things on a post of the private ann, whom he follows: a mention, a reply and a like of his comment. */
async function toldOnAPostOfAnn() {
  const [bob, cat, dan] = await people();
  const ann = await createPerson(deps, { isPrivate: true });
  for (const one of [bob, cat]) await follow(deps, { followerId: one.id, followeeId: ann.id });
  const postId = await publish(ann, `with @${bob.handle}`);
  const own = await comment(bob, postId, "thanks");
  const reply = await comment(cat, postId, "welcome", own);
  await likeComment(deps, { actorId: cat.id, commentId: own });
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(3);
  return { ann, bob, cat, dan, postId, own, reply };
}

test("who leaves a private account is told nothing of its posts any more, and again once they are back", async () => {
  const { ann, bob } = await toldOnAPostOfAnn();
  await deleteFollow(deps, { actorId: bob.id, userId: ann.id });
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(0);
  await updateUser(deps, { actorId: ann.id, isPrivate: false });
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(3);
  await updateUser(deps, { actorId: ann.id, isPrivate: true });
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(0);
});

test("who is removed from a private account loses the count too", async () => {
  const { ann, bob } = await toldOnAPostOfAnn();
  await removeFollower(deps, { actorId: ann.id, userId: bob.id });
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(0);
});

test("a post that is narrowed takes its notifications out of the counts, and gives them back when it is widened", async () => {
  const [ann, bob, cat] = await people();
  const postId = await publish(ann, `with @${bob.handle}`);
  await likePost(deps, { actorId: cat.id, postId });
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(1);
  await updatePost(deps, { actorId: ann.id, postId, visibility: "followers" });
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(0);
  expect(await unreadOf(ann)).toBe(1);
  await updatePost(deps, { actorId: ann.id, postId, visibility: "public" });
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(1);
});

test("a suspension takes what the person did, and all on their posts and in their threads; its end gives it back", async () => {
  const { ann, bob, cat } = await toldOnAPostOfAnn();
  await suspend(cat, true);
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(1);
  await suspend(ann, true);
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(0);
  await suspend(cat, false);
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(0);
  await suspend(ann, false);
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(3);
});

test("what is hidden is marked along, and moves no count, then or later", async () => {
  const { ann, bob } = await toldOnAPostOfAnn();
  await suspend(ann, true);
  await workOff(deps);
  const all = "9223372036854775807";
  expect(await markSeen(deps, { actorId: bob.id, upToId: all })).toEqual({
    unread: 0,
    unseen: 0,
    conversations: 0,
    requests: 0,
  });
  expect(await markRead(deps, { actorId: bob.id, which: { upToId: all } })).toEqual({
    unread: 0,
    unseen: 0,
    conversations: 0,
    requests: 0,
  });
  await suspend(ann, false);
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(0);
});

test("a block takes what third people did on the other's posts, and its end gives it back", async () => {
  const [ann, bob, cat] = await people();
  const postId = await publish(ann, "hello");
  await comment(cat, postId, `look @${bob.handle}`);
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(1);
  await createBlock(deps, { actorId: ann.id, userId: bob.id });
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(0);
  await deleteBlock(deps, { actorId: ann.id, userId: bob.id });
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(1);
});

test("what is hidden and then deleted leaves the counts as they are", async () => {
  const { ann, bob, cat, postId, reply } = await toldOnAPostOfAnn();
  await suspend(cat, true);
  await workOff(deps);
  await deleteComment(deps, { actorId: ann.id, commentId: reply, isModerator: true });
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(1);
  await suspend(cat, false);
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(2);
  await deletePost(deps, { actorId: ann.id, postId });
  await workOff(deps);
  expect(await unreadOf(bob)).toBe(0);
});

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function drawFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    const more = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
    return ((more ^ (more >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("at random, whatever is done to sight and in whatever order it is told, counts are what lists show", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const draw = drawFrom(seed);
  const crowd = await people();
  const one = () => crowd[Math.floor(draw() * crowd.length)] as TestPerson;
  const posts: { author: TestPerson; id: string }[] = [];
  for (const author of crowd) {
    for (const other of crowd.filter((person) => person !== author))
      await follow(deps, { followerId: author.id, followeeId: other.id });
    posts.push({ author, id: await publish(author, crowd.map((person) => `@${person.handle}`).join(" ")) });
  }
  const tops: { postId: string; id: string }[] = [];
  for (const { id } of posts) tops.push({ postId: id, id: await comment(one(), id, "first") });
  for (const { id, postId } of tops) for (const person of crowd) await comment(person, postId, "reply", id);
  await workOff(deps);
  const deeds: (() => Promise<unknown>)[] = [
    () => suspend(one(), draw() < 0.5),
    () => updateUser(deps, { actorId: one().id, isPrivate: draw() < 0.5 }),
    () => createFollow(deps, { actorId: one().id, userId: one().id }),
    () => deleteFollow(deps, { actorId: one().id, userId: one().id }),
    () => createBlock(deps, { actorId: one().id, userId: one().id }),
    () => deleteBlock(deps, { actorId: one().id, userId: one().id }),
    () => {
      const { author, id: postId } = posts[Math.floor(draw() * posts.length)] ?? { author: one(), id: "0" };
      const visibility = draw() < 0.5 ? "public" : "followers";
      return updatePost(deps, { actorId: author.id, postId, visibility });
    },
  ];
  for (let round = 0; round < 12; round += 1) {
    const several = Array.from({ length: 6 }, () => deeds[Math.floor(draw() * deeds.length)]);
    // Some are refused: whoever is blocked or suspended may not.
    await Promise.allSettled(several.map((deed) => deed?.()));
    await workOff(deps);
    for (const person of crowd) await unreadOf(person, `seed ${seed}`);
  }
  for (const person of crowd) await suspend(person, false);
  await workOff(deps);
  for (const person of crowd) await unreadOf(person, `seed ${seed}`);
}, 60_000);

const forgetMarks = statement<never>(
  "test.forgetMarks",
  `with before as (update notifications set "isHidden" = false where "receiverId" = $1)
   update live_heads set unread = told.unread, unseen = told.unread
   from (select count(*) as unread from notifications where "receiverId" = $1) told where user_id = $1`,
);

test("the audit marks what the release before left unmarked, and counts anew, while people go on", async () => {
  const { ann, bob, cat, dan, own, postId } = await toldOnAPostOfAnn();
  await suspend(cat, true);
  await workOff(deps);
  // As the release before keeps it: counts of all rows, hidden or not.
  await deps.db.sql.run(forgetMarks, [bob.id]);
  expect(await countNotifications(deps, { viewerId: bob.id })).toEqual({
    unread: 3,
    unseen: 3,
    conversations: 0,
    requests: 0,
  });
  await follow(deps, { followerId: dan.id, followeeId: ann.id });
  await Promise.all([
    mendCounters(deps, { ranges: 1_000 }),
    comment(dan, postId, "hello", own),
    likePost(deps, { actorId: bob.id, postId }),
  ]);
  await workOff(deps);
  await mendCounters(deps, { ranges: 1_000 });
  expect(await unreadOf(bob)).toBe(2);
});
