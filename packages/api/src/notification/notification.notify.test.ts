// Notifications from facts: made once, taken back, never for what the receiver may not see.
import { statement } from "@pixora/db";
import type { FactName, FactPayload } from "@pixora/jobs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPerson, createPost, follow, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { notifyComments, notifyFollows, notifyLikes, notifyMentions } from "./notification.notify.ts";
import { setQuiet, updatePreferences } from "./notification.preference.ts";
import { removeNotificationsOfBlocks, removeNotificationsOfPosts } from "./notification.remove.ts";
import { countNotifications, listNotifications, markRead } from "./notification.service.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

let serial = 1;
function fact<F extends FactName>(name: F, payload: FactPayload<F>) {
  serial += 1;
  return { id: String(serial), fact: name, payload };
}

const run = (text: string, values: unknown[]) => deps.db.sql.many(statement<{ id: string }>("test", text), values);

async function like(actor: TestPerson, postId: string) {
  await run("insert into post_likes (post_id, user_id) values ($1, $2) on conflict do nothing", [postId, actor.id]);
  await notifyLikes(deps, { facts: [fact("like.created", { postId, commentId: null, actorId: actor.id })] });
}

async function unlike(actor: TestPerson, postId: string) {
  await run("delete from post_likes where post_id = $1 and user_id = $2", [postId, actor.id]);
  await notifyLikes(deps, { facts: [fact("like.deleted", { postId, commentId: null, actorId: actor.id })] });
}

async function comment(input: {
  author: TestPerson;
  postId: string;
  parentId?: string;
  answered?: TestPerson;
  mentions?: TestPerson[];
}) {
  const [row] = await run(
    `with made as (
       insert into comments (post_id, author_id, parent_id, reply_to_id, reply_to_author_id, text, mention_ids)
       values ($1, $2, $3, $3, $4, 'a comment', $5) returning id
     ), counts as (insert into comment_counts (comment_id) select id from made)
     select id from made`,
    [
      input.postId,
      input.author.id,
      input.parentId ?? null,
      input.answered?.id ?? null,
      (input.mentions ?? []).map((person) => person.id),
    ],
  );
  const commentId = row?.id ?? "";
  const payload = { commentId, postId: input.postId, authorId: input.author.id };
  await notifyComments(deps, { facts: [fact("comment.created", payload)] });
  return commentId;
}

async function typesOf(person: TestPerson) {
  const page = await listNotifications(deps, { viewerId: person.id, limit: 100 });
  return page.items.map((item) => item.type);
}

async function expectExactCounts(person: TestPerson) {
  const [stored] = await deps.db.sql.many(
    statement<{ unread: number; unseen: number }>(
      "test.counts",
      `select (count(*) filter (where not read))::int as unread, (count(*) filter (where not seen))::int as unseen
       from notifications where "receiverId" = $1`,
    ),
    [person.id],
  );
  expect(await countNotifications(deps, { viewerId: person.id })).toEqual(stored);
}

describe("likes", () => {
  test("a like tells the author once, however often its fact comes", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id, caption: "hello" });
    await like(bob, post.id);
    await like(bob, post.id);
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
    expect(await countNotifications(deps, { viewerId: ann.id })).toEqual({ unread: 1, unseen: 1 });
  });

  test("one's own like tells nobody", async () => {
    const ann = await createPerson(deps);
    const post = await createPost(deps, { authorId: ann.id });
    await like(ann, post.id);
    expect(await typesOf(ann)).toEqual([]);
  });

  test("an undone like takes its notification back while it is unread", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    await like(bob, post.id);
    await unlike(bob, post.id);
    expect(await typesOf(ann)).toEqual([]);
    await expectExactCounts(ann);
    await like(bob, post.id);
    expect(await typesOf(ann)).toEqual(["LIKE"]);
  });

  test("a notification that was read stays when its like ends, and a new like makes no second", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    await like(bob, post.id);
    await markRead(deps, { actorId: ann.id, which: { upToId: "9223372036854775807" } });
    await unlike(bob, post.id);
    expect(await typesOf(ann)).toEqual(["LIKE"]);
    await like(bob, post.id);
    expect(await typesOf(ann)).toEqual(["LIKE"]);
    expect(await countNotifications(deps, { viewerId: ann.id })).toEqual({ unread: 0, unseen: 0 });
  });

  test("facts in the wrong order end in the present state", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    const payload = { postId: post.id, commentId: null, actorId: bob.id };
    await notifyLikes(deps, { facts: [fact("like.deleted", payload), fact("like.created", payload)] });
    expect(await typesOf(ann)).toEqual([]);
  });

  test("a storm of likes from several workers at once makes one notification each, with rising ids and a gap-free log", async () => {
    const authors = await Promise.all([1, 2, 3, 4].map(() => createPerson(deps)));
    const posts = await Promise.all(authors.map((author) => createPost(deps, { authorId: author.id })));
    const fans = await Promise.all(Array.from({ length: 25 }, () => createPerson(deps)));
    const facts = posts.flatMap((post) =>
      fans.map((fan) => fact("like.created", { postId: post.id, commentId: null, actorId: fan.id })),
    );
    for (const one of facts) {
      await run("insert into post_likes (post_id, user_id) values ($1, $2)", [one.payload.postId, one.payload.actorId]);
    }
    const shuffled = facts.toSorted((one, other) =>
      (BigInt(one.id) * 7919n) % 101n < (BigInt(other.id) * 7919n) % 101n ? -1 : 1,
    );
    const lists = Array.from({ length: 10 }, (_, index) => shuffled.filter((_, place) => place % 10 === index));
    await Promise.all([...lists, ...lists].map((list) => notifyLikes(deps, { facts: list })));
    for (const author of authors) {
      expect((await typesOf(author)).length).toBe(25);
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
    const top = await comment({ author: bob, postId: post.id });
    expect(await typesOf(ann)).toEqual(["COMMENT"]);
    await comment({ author: dan, postId: post.id, parentId: top, answered: bob, mentions: [bob, cat, ann, dan] });
    expect(await typesOf(bob)).toEqual(["REPLY"]);
    expect(await typesOf(cat)).toEqual(["MENTION"]);
    expect(await typesOf(ann)).toEqual(["MENTION", "COMMENT"]);
    expect(await typesOf(dan)).toEqual([]);
  });

  test("a deleted comment takes all that speaks of it away, read or not", async () => {
    const [ann, bob, cat] = [await createPerson(deps), await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    const commentId = await comment({ author: bob, postId: post.id, mentions: [cat] });
    await run("insert into comment_likes (comment_id, user_id) values ($1, $2)", [commentId, cat.id]);
    await notifyLikes(deps, { facts: [fact("like.created", { postId: post.id, commentId, actorId: cat.id })] });
    expect(await typesOf(bob)).toEqual(["COMMENT_LIKE"]);
    await markRead(deps, { actorId: ann.id, which: { upToId: "9223372036854775807" } });
    await run("delete from comments where id = $1", [commentId]);
    await notifyComments(deps, { facts: [fact("comment.deleted", { commentId, postId: post.id, authorId: bob.id })] });
    for (const person of [ann, bob, cat]) {
      expect(await typesOf(person)).toEqual([]);
      await expectExactCounts(person);
    }
  });

  test("a caption tells whom it names", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    await run("update posts set mention_ids = $2 where id = $1", [post.id, [bob.id]]);
    await notifyMentions(deps, { facts: [fact("post.created", { postId: post.id, authorId: ann.id })] });
    expect(await typesOf(bob)).toEqual(["MENTION"]);
  });
});

describe("follows", () => {
  test("a follow tells, and ending it takes that back", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    await follow(deps, { followerId: bob.id, followeeId: ann.id });
    const payload = { actorId: bob.id, targetId: ann.id };
    await notifyFollows(deps, { facts: [fact("follow.created", payload)] });
    expect(await typesOf(ann)).toEqual(["FOLLOW"]);
    await run("delete from follows where follower_id = $1", [bob.id]);
    await notifyFollows(deps, { facts: [fact("follow.deleted", payload)] });
    expect(await typesOf(ann)).toEqual([]);
    await expectExactCounts(ann);
  });

  test("a withdrawn request takes its notification away though it was read; an accepted one leaves it and tells", async () => {
    const [ann, bob] = [await createPerson(deps, { isPrivate: true }), await createPerson(deps)];
    const payload = { actorId: bob.id, targetId: ann.id };
    const ask = () => run("insert into follow_requests (requester_id, target_id) values ($1, $2)", [bob.id, ann.id]);
    const unask = () => run("delete from follow_requests where requester_id = $1", [bob.id]);
    await ask();
    await notifyFollows(deps, { facts: [fact("follow.requested", payload)] });
    expect(await typesOf(ann)).toEqual(["FOLLOW_REQUEST"]);
    await markRead(deps, { actorId: ann.id, which: { upToId: "9223372036854775807" } });
    await unask();
    await notifyFollows(deps, { facts: [fact("follow.requestDeleted", payload)] });
    expect(await typesOf(ann)).toEqual([]);
    await ask();
    await notifyFollows(deps, { facts: [fact("follow.requested", payload)] });
    await unask();
    await follow(deps, { followerId: bob.id, followeeId: ann.id });
    await notifyFollows(deps, { facts: [fact("follow.accepted", { actorId: ann.id, targetId: bob.id })] });
    expect(await typesOf(ann)).toEqual(["FOLLOW_REQUEST"]);
    expect(await typesOf(bob)).toEqual(["FOLLOW_ACCEPTED"]);
  });
});

describe("what nobody is told", () => {
  test("anything of someone muted, blocked either way or suspended", async () => {
    const [ann, bob, cat, dan, eve] = await Promise.all([1, 2, 3, 4, 5].map(() => createPerson(deps)));
    const people = {
      ann: ann as TestPerson,
      bob: bob as TestPerson,
      cat: cat as TestPerson,
      dan: dan as TestPerson,
      eve: eve as TestPerson,
    };
    const post = await createPost(deps, { authorId: people.ann.id });
    await run("insert into mutes (muter_id, muted_id) values ($1, $2)", [people.ann.id, people.bob.id]);
    await run("insert into blocks (blocker_id, blocked_id) values ($1, $2)", [people.ann.id, people.cat.id]);
    await run("insert into blocks (blocker_id, blocked_id) values ($1, $2)", [people.dan.id, people.ann.id]);
    await run("update users set suspended_at = now() where id = $1", [people.eve.id]);
    for (const person of [people.bob, people.cat, people.dan, people.eve]) await like(person, post.id);
    expect(await typesOf(people.ann)).toEqual([]);
    expect(await countNotifications(deps, { viewerId: people.ann.id })).toEqual({ unread: 0, unseen: 0 });
  });

  test("a mention in what the named may not see", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id, visibility: "followers" });
    await run("update posts set mention_ids = $2 where id = $1", [post.id, [bob.id]]);
    await notifyMentions(deps, { facts: [fact("post.created", { postId: post.id, authorId: ann.id })] });
    expect(await typesOf(bob)).toEqual([]);
  });

  test("what preferences or quiet refuse", async () => {
    const [ann, bob, cat] = [await createPerson(deps), await createPerson(deps), await createPerson(deps)];
    const [first, second] = [
      await createPost(deps, { authorId: ann.id }),
      await createPost(deps, { authorId: ann.id }),
    ];
    await follow(deps, { followerId: ann.id, followeeId: cat.id });
    await updatePreferences(deps, {
      actorId: ann.id,
      changes: { types: { LIKE: { from: "following" }, COMMENT: { inApp: false } } },
    });
    await setQuiet(deps, { actorId: ann.id, postId: second.id, isQuiet: true });
    await like(bob, first.id);
    await like(cat, second.id);
    await comment({ author: cat, postId: first.id });
    expect(await typesOf(ann)).toEqual([]);
    await like(cat, first.id);
    expect(await typesOf(ann)).toEqual(["LIKE"]);
  });
});

describe("what goes away", () => {
  test("a block takes away what two people were told of each other, read or not", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    await like(bob, post.id);
    await run("insert into blocks (blocker_id, blocked_id) values ($1, $2)", [bob.id, ann.id]);
    await removeNotificationsOfBlocks(deps, { facts: [fact("block.created", { actorId: bob.id, targetId: ann.id })] });
    await expectExactCounts(ann);
    expect(await countNotifications(deps, { viewerId: ann.id })).toEqual({ unread: 0, unseen: 0 });
  });

  test("a deleted post takes away all that speaks of it, also when its row went first", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    await like(bob, post.id);
    await run("delete from posts where id = $1", [post.id]);
    await removeNotificationsOfPosts(deps, { facts: [fact("post.deleted", { postId: post.id, authorId: ann.id })] });
    await expectExactCounts(ann);
    expect(await countNotifications(deps, { viewerId: ann.id })).toEqual({ unread: 0, unseen: 0 });
  });

  test("a suspended person's notification is hidden, and still counts", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    await like(bob, post.id);
    await run("update users set suspended_at = now() where id = $1", [bob.id]);
    expect(await typesOf(ann)).toEqual([]);
    expect(await countNotifications(deps, { viewerId: ann.id })).toEqual({ unread: 1, unseen: 1 });
  });
});
