// Taking back one's own, and what stands below one's own, where it cannot be seen any more.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createBlock } from "../block/block.service.ts";
import { createBookmark, deleteBookmark } from "../bookmark/bookmark.service.ts";
import { likeComment, likePost, unlikeComment, unlikePost } from "../like/like.service.ts";
import { createPerson, createPost, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { setSuspended } from "../user/user.service.ts";
import { createComment, deleteComment } from "./comment.service.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps?.close());

const countRows = statement<{ likes: number; comments: number; rows: number }>(
  "test.countRows",
  `select like_count as likes, comment_count as comments,
     (select count(*)::int from post_likes where post_id = $1) as rows from post_counts where post_id = $1`,
);
const insertSession = statement<{ id: string }>(
  "test.insertSession",
  `insert into sessions (user_id, device_name, ip_hint, salt, expires_at)
   values ($1, '', '', '\\x00', now() + interval '1 day') returning id`,
);

/** Bob has liked, kept and commented on a post, and liked a comment there; then he loses sight of all. */
async function leaveTraces(lose: (ann: TestPerson, bob: TestPerson) => Promise<unknown>) {
  const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  const post = await createPost(deps, { authorId: ann.id });
  const target = { actorId: bob.id, postId: post.id };
  const { id: sessionId } = await deps.db.sql.one(insertSession, [bob.id]);
  await likePost(deps, target);
  await createBookmark(deps, { ...target, sessionId });
  const theirs = await createComment(deps, { actorId: ann.id, postId: post.id, text: "hers" });
  await likeComment(deps, { actorId: bob.id, commentId: theirs.id });
  const own = await createComment(deps, { ...target, text: "his" });
  await lose(ann, bob);
  return { ann, bob, post, target, sessionId, theirs, own };
}

const losses: [string, (ann: TestPerson, bob: TestPerson) => Promise<unknown>][] = [
  ["blocked", (ann, bob) => createBlock(deps, { actorId: ann.id, userId: bob.id })],
  ["blocking", (ann, bob) => createBlock(deps, { actorId: bob.id, userId: ann.id })],
  ["suspended", (ann) => deps.db.inTransaction((tx) => setSuspended(tx, { userId: ann.id, isSuspended: true }))],
];

test.each(losses)("like, bookmark and comment are taken back below a post that is hidden: %s", async (_name, lose) => {
  const { bob, post, target, sessionId, theirs, own } = await leaveTraces(lose);
  expect(await unlikePost(deps, target)).toMatchObject({ isLiked: false, likeCount: 0 });
  expect(await deleteBookmark(deps, { ...target, sessionId })).toEqual({ isBookmarked: false });
  expect(await unlikeComment(deps, { actorId: bob.id, commentId: theirs.id })).toMatchObject({ isLiked: false });
  for (let time = 1; time <= 2; time += 1) {
    expect(await deleteComment(deps, { actorId: bob.id, commentId: own.id })).toEqual({ ok: true });
  }
  expect(await deps.db.sql.one(countRows, [post.id])).toEqual({ likes: 0, comments: 1, rows: 0 });
  // There is nothing of his left; of the post itself he learns nothing.
  await expect(unlikePost(deps, target)).rejects.toMatchObject({ code: "post.notFound" });
  await expect(likePost(deps, target)).rejects.toMatchObject({ code: "post.notFound" });
});

test("a post's author deletes the comment of somebody they have blocked, or who blocks them; strangers still cannot", async () => {
  for (const isByAuthor of [true, false]) {
    const { ann, own } = await leaveTraces((ann, bob) =>
      createBlock(deps, isByAuthor ? { actorId: ann.id, userId: bob.id } : { actorId: bob.id, userId: ann.id }),
    );
    const stranger = await createPerson(deps);
    await expect(deleteComment(deps, { actorId: stranger.id, commentId: own.id })).rejects.toMatchObject({
      code: "comment.forbidden",
    });
    for (let time = 1; time <= 2; time += 1) {
      expect(await deleteComment(deps, { actorId: ann.id, commentId: own.id })).toEqual({ ok: true });
    }
  }
});
