// What nobody is told, and what is taken away again in any state.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { notifyMentions } from "../notification/notification.notify.ts";
import { setQuiet, updatePreferences } from "../notification/notification.preference.ts";
import { removeNotificationsOfBlocks, removeNotificationsOfPosts } from "../notification/notification.remove.ts";
import { countNotifications } from "../notification/notification.service.ts";
import { factOf, openInbox } from "../testing/inbox.ts";
import {
  block,
  createPerson,
  createPost,
  follow,
  mute,
  openTestDeps,
  suspend,
  type TestDeps,
  type TestPerson,
} from "../testing/index.ts";

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
    await mute(deps, { muterId: people.ann.id, mutedId: people.bob.id });
    await block(deps, { blockerId: people.ann.id, blockedId: people.cat.id });
    await block(deps, { blockerId: people.dan.id, blockedId: people.ann.id });
    await suspend(deps, { userId: people.eve.id });
    for (const person of [people.bob, people.cat, people.dan, people.eve]) await inbox.like(person, post.id);
    expect(await inbox.typesOf(people.ann)).toEqual([]);
    expect(await countNotifications(deps, { viewerId: people.ann.id })).toEqual({
      unread: 0,
      unseen: 0,
      conversations: 0,
      requests: 0,
    });
  });

  test("a mention in what the named may not see", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id, visibility: "followers", mentionIds: [bob.id] });
    await notifyMentions(deps, { facts: [factOf("post.created", { postId: post.id, authorId: ann.id })] });
    expect(await inbox.typesOf(bob)).toEqual([]);
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
    await inbox.like(bob, first.id);
    await inbox.like(cat, second.id);
    await inbox.comment({ author: cat, postId: first.id });
    expect(await inbox.typesOf(ann)).toEqual([]);
    await inbox.like(cat, first.id);
    expect(await inbox.typesOf(ann)).toEqual(["LIKE"]);
  });
});

describe("what goes away", () => {
  test("a block takes away what two people were told of each other, read or not", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    await inbox.like(bob, post.id);
    await block(deps, { blockerId: bob.id, blockedId: ann.id });
    await removeNotificationsOfBlocks(deps, {
      facts: [factOf("block.created", { actorId: bob.id, targetId: ann.id })],
    });
    await expectExactCounts(ann);
    expect(await countNotifications(deps, { viewerId: ann.id })).toEqual({
      unread: 0,
      unseen: 0,
      conversations: 0,
      requests: 0,
    });
  });

  test("a deleted post takes away all that speaks of it, also when its row went first", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    await inbox.like(bob, post.id);
    await inbox.run("delete from posts where id = $1", [post.id]);
    await removeNotificationsOfPosts(deps, { facts: [factOf("post.deleted", { postId: post.id, authorId: ann.id })] });
    await expectExactCounts(ann);
    expect(await countNotifications(deps, { viewerId: ann.id })).toEqual({
      unread: 0,
      unseen: 0,
      conversations: 0,
      requests: 0,
    });
  });

  test("a suspended person's notification is hidden, and still counts", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    await inbox.like(bob, post.id);
    await suspend(deps, { userId: bob.id });
    expect(await inbox.typesOf(ann)).toEqual([]);
    expect(await countNotifications(deps, { viewerId: ann.id })).toEqual({
      unread: 1,
      unseen: 1,
      conversations: 0,
      requests: 0,
    });
  });
});
