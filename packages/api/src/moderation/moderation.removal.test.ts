// What moderators remove: who sees it, which counts fall, and what comes back. The audit has the last word on every count.
import { statement } from "@pixora/db";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { mendCounters } from "../audit/audit.service.ts";
import { driftTallyOf } from "../audit/audit.tally.ts";
import { createBookmark, listBookmarks } from "../bookmark/bookmark.service.ts";
import { listComments, listReplies } from "../comment/comment.list.ts";
import { setCommentRemoval } from "../comment/comment.removal.ts";
import { createComment, deleteComment, updateComment } from "../comment/comment.service.ts";
import { presentComment } from "../comment/comment.view.ts";
import { listHomeFeed } from "../feed/feed.service.ts";
import { likeComment, likePost } from "../like/like.service.ts";
import { countNotifications } from "../notification/notification.service.ts";
import { commitFacts } from "../platform/outbox.ts";
import { listPostsByUser } from "../post/post.list.ts";
import { setPostRemoval } from "../post/post.removal.ts";
import { createPost, deletePost, updatePost } from "../post/post.service.ts";
import { presentPost, presentPosts } from "../post/post.view.ts";
import {
  createPerson,
  follow,
  markPersonDeleted,
  openTestDeps,
  type TestDeps,
  type TestPerson,
} from "../testing/index.ts";
import { workOff } from "../testing/work-off.ts";
import { presentUser } from "../user/user.view.ts";
import { postIsDiscoverable, postIsVisible } from "../visibility/post.visibility.ts";

let deps: TestDeps;
let ann: TestPerson;
let bob: TestPerson;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());
beforeEach(async () => {
  [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  await follow(deps, { followerId: bob.id, followeeId: ann.id });
});
afterEach(async () => {
  await mendCounters(deps, { ranges: 1_000 });
  expect([...driftTallyOf(deps)].filter(([, count]) => count > 0)).toEqual([]);
});

const publish = async (caption = "a lake") =>
  (await createPost(deps, { actorId: ann.id, caption, media: [], visibility: "public" })).id;
const say = async (person: TestPerson, postId: string, parentId?: string) =>
  (await createComment(deps, { actorId: person.id, postId, text: "a word", parentId })).id;
const setPost = (postId: string, decisionId: string | null) =>
  commitFacts(deps, (tx) => setPostRemoval(tx, { postId, decisionId }));
const setComment = (commentId: string, decisionId: string | null) =>
  commitFacts(deps, (tx) => setCommentRemoval(tx, { commentId, decisionId }));
const postsOf = async (person: TestPerson) =>
  (await presentUser(deps, { viewerId: null, userId: person.id })).postCount;
const home = async (person: TestPerson) =>
  (await listHomeFeed(deps, { viewerId: person.id, limit: 20 })).items.map((post) => post.id);
const unreadOf = async (person: TestPerson) => (await countNotifications(deps, { viewerId: person.id })).unread;

test("a removed post is its author's alone, with all that hangs on it, and comes back to where it was", async () => {
  const [first, postId, last] = [await publish(), await publish(`with @${bob.handle}`), await publish()];
  await likePost(deps, { actorId: bob.id, postId });
  await createBookmark(deps, { actorId: bob.id, sessionId: null, postId });
  await say(bob, postId);
  await workOff(deps);
  const before = await presentPost(deps, { viewerId: bob.id, postId });
  expect([await home(bob), await postsOf(ann), await unreadOf(bob)]).toEqual([[last, postId, first], 3, 1]);

  for (const decisionId of ["1", "1", "2"]) await setPost(postId, decisionId);
  await workOff(deps);
  expect([await home(bob), await postsOf(ann), await unreadOf(bob)]).toEqual([[last, first], 2, 0]);
  for (const viewerId of [bob.id, null]) expect(await presentPosts(deps, { viewerId, ids: [postId] })).toEqual([]);
  expect((await listBookmarks(deps, { viewerId: bob.id, limit: 20 })).items).toEqual([]);
  const own = await presentPost(deps, { viewerId: ann.id, postId });
  expect(own).toMatchObject({ likeCount: 1, commentCount: 1, viewer: { canEdit: false } });
  const list = await listPostsByUser(deps, { viewerId: ann.id, userId: ann.id, limit: 20 });
  expect(list.items.map((post) => post.id)).toEqual([last, postId, first]);
  const edit = updatePost(deps, { actorId: ann.id, postId, caption: "nothing to see" });
  await expect(edit).rejects.toMatchObject({ code: "post.forbidden" });

  await setPost(postId, null);
  await workOff(deps);
  expect([await home(bob), await postsOf(ann), await unreadOf(bob)]).toEqual([[last, postId, first], 3, 1]);
  const after = await presentPost(deps, { viewerId: bob.id, postId });
  expect({ ...after, rev: 0 }).toEqual({ ...before, rev: 0 });
  expect(after.rev).toBeGreaterThan(before.rev);
});

test("a post that its author deletes while it is removed stays deleted, and is counted down once", async () => {
  const postId = await publish();
  await setPost(postId, "1");
  await deletePost(deps, { actorId: ann.id, postId });
  await setPost(postId, null);
  expect(await postsOf(ann)).toBe(0);
  await workOff(deps);
  await setPost(postId, null);
  expect(await presentPosts(deps, { viewerId: ann.id, ids: [postId] })).toEqual([]);
});

test("a removed comment keeps its words for its author, and is a place for others while replies need it", async () => {
  const postId = await publish();
  const top = await say(bob, postId);
  const reply = await say(ann, postId, top);
  await setComment(top, "1");
  const seen = (viewerId: string | null) => presentComment(deps, { viewerId, commentId: top });
  expect(await seen(null)).toMatchObject({ author: null, text: null, mentions: [], replyCount: 1 });
  expect(await seen(bob.id)).toMatchObject({ text: "a word", viewer: { canEdit: false, canDelete: true } });
  const post = () => presentPost(deps, { viewerId: null, postId });
  expect((await post()).commentCount).toBe(1);
  await expect(likeComment(deps, { actorId: ann.id, commentId: top })).rejects.toMatchObject({
    code: "comment.notFound",
  });
  await expect(say(ann, postId, top)).rejects.toMatchObject({ code: "comment.notFound" });
  const edit = updateComment(deps, { actorId: bob.id, commentId: top, text: "another" });
  await expect(edit).rejects.toMatchObject({ code: "comment.forbidden" });

  await setComment(reply, "2");
  const listed = async (viewerId: string) =>
    (await listComments(deps, { viewerId, postId, sort: "newest", limit: 20 })).items.map((one) => one.text);
  expect([await listed(ann.id), await listed(bob.id), (await post()).commentCount]).toEqual([[], ["a word"], 0]);
  await setComment(reply, null);
  await setComment(top, null);
  expect([await listed(ann.id), (await post()).commentCount]).toEqual([["a word"], 2]);
});

test("a removed reply comes back to its thread, though the thread's first comment and its author went meanwhile", async () => {
  const postId = await publish();
  const top = await say(bob, postId);
  const reply = await say(ann, postId, top);
  await setComment(reply, "1");
  await deleteComment(deps, { actorId: bob.id, commentId: top });
  await markPersonDeleted(deps, { userId: bob.id });
  await workOff(deps);
  await setComment(reply, null);
  const { items } = await listReplies(deps, { viewerId: null, commentId: top, limit: 20 });
  expect(items.map((one) => one.id)).toEqual([reply]);
  expect((await presentPost(deps, { viewerId: null, postId })).commentCount).toBe(1);
});

test("a removed reply that its author deletes takes the empty place of its thread along", async () => {
  const postId = await publish();
  const top = await say(bob, postId);
  const reply = await say(ann, postId, top);
  await deleteComment(deps, { actorId: bob.id, commentId: top });
  await setComment(reply, "1");
  await deleteComment(deps, { actorId: ann.id, commentId: reply });
  await setComment(reply, null);
  const { items } = await listComments(deps, { viewerId: ann.id, postId, sort: "top", limit: 20 });
  expect(items).toEqual([]);
});

const keepOut = statement<never>("test.keepOut", `update posts set held_by = 1 where id = $1`);
const selectDiscoverable = statement<{ id: string }>(
  "test.discoverable",
  `select post.id from posts post join users author on author.id = post.author_id
   where post.author_id = $1 and ${postIsVisible({ post: "post", author: "author", viewer: "null::bigint" })}
     and ${postIsDiscoverable({ post: "post", author: "author" })}`,
);

test("a post that is held is there for whoever follows or knows it, and nowhere else", async () => {
  const [held, other] = [await publish(), await publish()];
  await deps.db.sql.run(keepOut, [held]);
  expect(await home(bob)).toEqual([other, held]);
  expect(await presentPosts(deps, { viewerId: null, ids: [held] })).toHaveLength(1);
  expect(await deps.db.sql.many(selectDiscoverable, [ann.id])).toEqual([{ id: other }]);
});
