// Notifications from facts: made once, taken back, never twice.
import { maxId, statement } from "@pixora/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deleteComment } from "../comment/comment.service.ts";
import { factOf, openInbox } from "../testing/inbox.ts";
import {
  addCommentLike,
  addLike,
  askToFollow,
  createPerson,
  createPost,
  follow,
  hidePost,
  openTestDeps,
  type TestDeps,
  type TestPerson,
  unfollow,
} from "../testing/index.ts";
import { notifyComments, notifyFollows, notifyLikes, notifyMentions } from "./notification.notify.ts";
import { countNotifications, listNotifications, markRead } from "./notification.service.ts";

let deps: TestDeps;
let inbox: ReturnType<typeof openInbox>;
beforeAll(async () => {
  deps = await openTestDeps();
  inbox = openInbox(deps);
});
afterAll(() => deps.close());

async function expectExactCounts(person: TestPerson) {
  const { kept, counted } = await inbox.readCounts(person);
  expect(kept).toEqual(counted);
}

describe("likes", () => {
  test("a like tells the author once, however often its fact comes", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id, caption: "hello" });
    await inbox.like(bob, post.id);
    await inbox.like(bob, post.id);
    const page = await listNotifications(deps, { viewerId: ann.id, limit: 20 });
    expect(page.items).toMatchObject([
      {
        type: "LIKE",
        postId: post.id,
        commentId: null,
        read: false,
        seen: false,
        preview: { text: "hello" },
        actor: { id: bob.id },
      },
    ]);
    expect(await countNotifications(deps, { viewerId: ann.id })).toEqual({
      unread: 1,
      unseen: 1,
      conversations: 0,
      requests: 0,
    });
  });

  test("one's own like tells nobody", async () => {
    const ann = await createPerson(deps);
    const post = await createPost(deps, { authorId: ann.id });
    await inbox.like(ann, post.id);
    expect(await inbox.typesOf(ann)).toEqual([]);
  });

  test("an undone like takes its notification back while it is unread", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    await inbox.like(bob, post.id);
    await inbox.unlike(bob, post.id);
    expect(await inbox.typesOf(ann)).toEqual([]);
    await expectExactCounts(ann);
    await inbox.like(bob, post.id);
    expect(await inbox.typesOf(ann)).toEqual(["LIKE"]);
  });

  test("a notification that was read stays when its like ends, and a new like makes no second", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    await inbox.like(bob, post.id);
    await markRead(deps, { actorId: ann.id, which: { upToId: maxId } });
    await inbox.unlike(bob, post.id);
    expect(await inbox.typesOf(ann)).toEqual(["LIKE"]);
    await inbox.like(bob, post.id);
    expect(await inbox.typesOf(ann)).toEqual(["LIKE"]);
    expect(await countNotifications(deps, { viewerId: ann.id })).toEqual({
      unread: 0,
      unseen: 0,
      conversations: 0,
      requests: 0,
    });
  });

  test("facts in the wrong order end in the present state", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    const payload = { postId: post.id, commentId: null, actorId: bob.id };
    await notifyLikes(deps, { facts: [factOf("like.deleted", payload), factOf("like.created", payload)] });
    expect(await inbox.typesOf(ann)).toEqual([]);
  });

  test("facts of the former release, which name no receiver, go along with those that do", async () => {
    const [ann, bob, cat] = [await createPerson(deps), await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    const likes = [bob, cat].map((fan) => ({ postId: post.id, commentId: null, actorId: fan.id }));
    for (const fan of [bob, cat]) await addLike(deps, { userId: fan.id, postId: post.id });
    const facts = likes.map((like, index) =>
      factOf("like.created", index === 0 ? like : { ...like, receiverId: ann.id }),
    );
    await notifyLikes(deps, { facts });
    expect(await inbox.typesOf(ann)).toEqual(["LIKE", "LIKE"]);
  });

  test("a like of a post that is gone by now tells nobody, whoever it names", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    const like = { postId: post.id, commentId: null, actorId: bob.id, receiverId: ann.id };
    await addLike(deps, { userId: bob.id, postId: post.id });
    await notifyLikes(deps, { facts: [factOf("like.created", like)] });
    expect(await inbox.typesOf(ann)).toEqual(["LIKE"]);
    await hidePost(deps, { postId: post.id });
    await notifyLikes(deps, { facts: [factOf("like.created", like)] });
    expect(await inbox.typesOf(ann)).toEqual([]);
    await expectExactCounts(ann);
  });

  test("a storm of likes from several workers at once makes one notification each, with rising ids and a gap-free log", async () => {
    const authors = await Promise.all([1, 2, 3, 4].map(() => createPerson(deps)));
    const posts = await Promise.all(authors.map((author) => createPost(deps, { authorId: author.id })));
    const fans = await Promise.all(Array.from({ length: 25 }, () => createPerson(deps)));
    const facts = posts.flatMap((post, index) =>
      fans.map((fan) =>
        factOf("like.created", {
          postId: post.id,
          commentId: null,
          actorId: fan.id,
          receiverId: authors[index]?.id ?? "",
        }),
      ),
    );
    for (const { payload } of facts) await addLike(deps, { userId: payload.actorId, postId: payload.postId });
    const shuffled = facts.toSorted((one, other) =>
      (BigInt(one.id) * 7919n) % 101n < (BigInt(other.id) * 7919n) % 101n ? -1 : 1,
    );
    const lists = Array.from({ length: 10 }, (_, index) => shuffled.filter((_, place) => place % 10 === index));
    await Promise.all([...lists, ...lists].map((list) => notifyLikes(deps, { facts: list })));
    for (const author of authors) {
      expect((await inbox.typesOf(author)).length).toBe(25);
      await expectExactCounts(author);
      const log = await deps.db.sql.many(
        statement<{ seq: string; id: string }>(
          "test.log",
          "select seq, payload ->> 'id' as id from live_log where user_id = $1 order by seq",
        ),
        [author.id],
      );
      expect(log.map((entry) => Number(entry.seq))).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
      const ids = log.map((entry) => BigInt(entry.id));
      expect(ids).toEqual(ids.toSorted((one, other) => (one < other ? -1 : 1)));
    }
  });
});

describe("comments", () => {
  test("a comment tells each person once: the answered, the named, the author of the post", async () => {
    const [ann, bob, cat, dan] = [
      await createPerson(deps),
      await createPerson(deps),
      await createPerson(deps),
      await createPerson(deps),
    ];
    const post = await createPost(deps, { authorId: ann.id });
    const top = await inbox.comment({ author: bob, postId: post.id });
    expect(await inbox.typesOf(ann)).toEqual(["COMMENT"]);
    await inbox.comment({ author: dan, postId: post.id, parentId: top, mentions: [bob, cat, ann, dan] });
    expect(await inbox.typesOf(bob)).toEqual(["REPLY"]);
    expect(await inbox.typesOf(cat)).toEqual(["MENTION"]);
    expect(await inbox.typesOf(ann)).toEqual(["MENTION", "COMMENT"]);
    expect(await inbox.typesOf(dan)).toEqual([]);
  });

  test("a deleted comment takes all that speaks of it away, read or not", async () => {
    const [ann, bob, cat] = [await createPerson(deps), await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    const commentId = await inbox.comment({ author: bob, postId: post.id, mentions: [cat] });
    await addCommentLike(deps, { userId: cat.id, commentId });
    await notifyLikes(deps, { facts: [factOf("like.created", { postId: post.id, commentId, actorId: cat.id })] });
    expect(await inbox.typesOf(bob)).toEqual(["COMMENT_LIKE"]);
    await markRead(deps, { actorId: ann.id, which: { upToId: maxId } });
    await deleteComment(deps, { actorId: bob.id, commentId });
    await notifyComments(deps, {
      facts: [factOf("comment.deleted", { commentId, postId: post.id, authorId: bob.id })],
    });
    for (const person of [ann, bob, cat]) {
      expect(await inbox.typesOf(person)).toEqual([]);
      await expectExactCounts(person);
    }
  });

  test("a caption tells whom it names", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id, mentionIds: [bob.id] });
    await notifyMentions(deps, { facts: [factOf("post.created", { postId: post.id, authorId: ann.id })] });
    expect(await inbox.typesOf(bob)).toEqual(["MENTION"]);
  });
});

describe("follows", () => {
  test("a follow tells, and ending it takes that back", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    await follow(deps, { followerId: bob.id, followeeId: ann.id });
    const payload = { actorId: bob.id, targetId: ann.id };
    await notifyFollows(deps, { facts: [factOf("follow.created", payload)] });
    expect(await inbox.typesOf(ann)).toEqual(["FOLLOW"]);
    await unfollow(deps, { followerId: bob.id, followeeId: ann.id });
    await notifyFollows(deps, { facts: [factOf("follow.deleted", payload)] });
    expect(await inbox.typesOf(ann)).toEqual([]);
    await expectExactCounts(ann);
  });

  test("a withdrawn request takes its notification away though it was read; an accepted one leaves it and tells", async () => {
    const [ann, bob] = [await createPerson(deps, { isPrivate: true }), await createPerson(deps)];
    const payload = { actorId: bob.id, targetId: ann.id };
    const ask = () => askToFollow(deps, { requesterId: bob.id, targetId: ann.id });
    const unask = () => unfollow(deps, { followerId: bob.id, followeeId: ann.id });
    await ask();
    await notifyFollows(deps, { facts: [factOf("follow.requested", payload)] });
    expect(await inbox.typesOf(ann)).toEqual(["FOLLOW_REQUEST"]);
    await markRead(deps, { actorId: ann.id, which: { upToId: maxId } });
    await unask();
    await notifyFollows(deps, { facts: [factOf("follow.requestDeleted", payload)] });
    expect(await inbox.typesOf(ann)).toEqual([]);
    await ask();
    await notifyFollows(deps, { facts: [factOf("follow.requested", payload)] });
    await unask();
    await follow(deps, { followerId: bob.id, followeeId: ann.id });
    await notifyFollows(deps, { facts: [factOf("follow.accepted", { actorId: ann.id, targetId: bob.id })] });
    expect(await inbox.typesOf(ann)).toEqual(["FOLLOW_REQUEST"]);
    expect(await inbox.typesOf(bob)).toEqual(["FOLLOW_ACCEPTED"]);
  });
});
