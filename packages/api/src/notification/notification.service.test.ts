// What a person reads and marks: lists, groups, counts, read and seen, preferences.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCallerFactory } from "../platform/call/trpc.ts";
import { openInbox } from "../testing/inbox.ts";
import {
  createPerson,
  createPost,
  openTestDeps,
  suspend,
  type TestDeps,
  type TestPerson,
  testContext,
} from "../testing/index.ts";
import { draftsOfComment, judgeDraft, mergeDrafts } from "./notification.draft.ts";
import { removeOldNotifications } from "./notification.remove.ts";
import { notificationRouter } from "./notification.router.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

const callerOf = createCallerFactory(notificationRouter);
const as = (person: TestPerson) => callerOf(testContext(deps, { viewerId: person.id }));
const run = (text: string, values: unknown[]) => deps.db.sql.many(statement<{ id: string }>("test", text), values);

const like = (fan: TestPerson, postId: string) => openInbox(deps).like(fan, postId);

const people = (count: number) => Promise.all(Array.from({ length: count }, () => createPerson(deps)));

async function pagesOf<Item>(
  ask: (cursor: string | null) => Promise<{ items: Item[]; nextCursor: string | null }>,
): Promise<Item[][]> {
  const pages: Item[][] = [];
  for (let cursor: string | null = null; ; ) {
    const page = await ask(cursor);
    pages.push(page.items);
    if (page.nextCursor === null) return pages;
    cursor = page.nextCursor;
  }
}

describe("lists", () => {
  test("a walk gives each notification once, newest first, though new ones arrive and hidden ones are left out", async () => {
    const ann = await createPerson(deps);
    const post = await createPost(deps, { authorId: ann.id });
    const fans = await people(12);
    for (const fan of fans) await like(fan, post.id);
    await suspend(deps, { userId: fans[5]?.id ?? "" });
    const late = await createPerson(deps);
    const pages = await pagesOf(async (cursor) => {
      const page = await as(ann).list({ limit: 5, cursor });
      if (cursor === null) await like(late, post.id);
      return page;
    });
    const shown = fans.filter((fan) => fan !== fans[5]).reverse();
    expect(pages.flat().map((item) => item.actor.id)).toEqual(shown.map((fan) => fan.id));
  });

  test("a cursor of another group or person is refused", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const post = await createPost(deps, { authorId: ann.id });
    for (const fan of await people(3)) await like(fan, post.id);
    const { nextCursor } = await as(ann).list({ limit: 1 });
    await expect(as(ann).list({ cursor: nextCursor, groupKey: "LIKE/1/2026-01-01" })).rejects.toMatchObject({
      cause: { code: "cursor.invalid" },
    });
    await expect(as(bob).list({ cursor: nextCursor })).rejects.toMatchObject({ cause: { code: "cursor.invalid" } });
  });

  test("a group holds who liked one post on one day: its newest three, and how many", async () => {
    const ann = await createPerson(deps);
    const [first, second] = [
      await createPost(deps, { authorId: ann.id, caption: "one" }),
      await createPost(deps, { authorId: ann.id }),
    ];
    const fans = await people(5);
    for (const fan of fans) await like(fan, first.id);
    await like(fans[0] as TestPerson, second.id);
    const { items } = await as(ann).groups();
    expect(items).toMatchObject([
      { type: "LIKE", postId: second.id, actorCount: 1, read: false },
      { type: "LIKE", postId: first.id, actorCount: 5, preview: { text: "one", imageUrl: null } },
    ]);
    expect(items[1]?.actors.map((actor) => actor.id)).toEqual([fans[4]?.id, fans[3]?.id, fans[2]?.id]);
    const { items: members } = await as(ann).list({ groupKey: items[1]?.groupKey });
    expect(members).toHaveLength(5);
    expect(members[0]).toMatchObject({ id: items[1]?.latestId, createdAt: items[1]?.latestAt });
  });

  test("a walk through groups sees each as it was when the walk began", async () => {
    const ann = await createPerson(deps);
    const posts = await Promise.all(Array.from({ length: 7 }, () => createPost(deps, { authorId: ann.id })));
    const [fan, late] = await people(2);
    for (const post of posts) await like(fan as TestPerson, post.id);
    const pages = await pagesOf(async (cursor) => {
      const page = await as(ann).groups({ limit: 3, cursor });
      // The oldest group becomes the newest, and still comes where it was.
      if (cursor === null) await like(late as TestPerson, posts[0]?.id ?? "");
      return page;
    });
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(pages.flat().map((group) => group.postId)).toEqual(posts.map((post) => post.id).reverse());
    expect(pages.flat().at(-1)?.actorCount).toBe(1);
  });
});

describe("marks", () => {
  test("reading by ids, by group and up to an id lowers the counts once, and never those of others", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
    const posts = [await createPost(deps, { authorId: ann.id }), await createPost(deps, { authorId: ann.id })];
    const bobs = await createPost(deps, { authorId: bob.id });
    const fans = await people(3);
    for (const post of [...posts, bobs]) for (const fan of fans) await like(fan, post.id);
    const { items } = await as(ann).list();
    expect(await as(ann).counts()).toEqual({ unread: 6, unseen: 6, conversations: 0, requests: 0 });
    const bobsIds = (await as(bob).list()).items.map((item) => item.id);

    const oldest = items.at(-1)?.id ?? "";
    expect(await as(ann).markSeen({ upToId: oldest })).toEqual({ unread: 6, unseen: 5, conversations: 0, requests: 0 });
    expect(await as(ann).markRead({ ids: [oldest, ...bobsIds] })).toEqual({
      unread: 5,
      unseen: 5,
      conversations: 0,
      requests: 0,
    });
    expect(await as(ann).markRead({ ids: [oldest] })).toEqual({ unread: 5, unseen: 5, conversations: 0, requests: 0 });
    expect(await as(ann).markRead({ groupKeys: [items[0]?.groupKey ?? ""] })).toEqual({
      unread: 2,
      unseen: 2,
      conversations: 0,
      requests: 0,
    });
    expect(await as(ann).markRead({ upToId: items[0]?.id ?? "" })).toEqual({
      unread: 0,
      unseen: 0,
      conversations: 0,
      requests: 0,
    });
    expect(await as(bob).counts()).toEqual({ unread: 3, unseen: 3, conversations: 0, requests: 0 });
    expect((await as(ann).list()).items.every((item) => item.read && item.seen)).toBe(true);
  });

  test("exactly one way of naming notifications is taken", async () => {
    const ann = await createPerson(deps);
    for (const input of [{}, { ids: ["1"], upToId: "1" }]) {
      await expect(as(ann).markRead(input)).rejects.toMatchObject({ code: "BAD_REQUEST" });
    }
    expect(await as(ann).markRead({ ids: [] })).toEqual({ unread: 0, unseen: 0, conversations: 0, requests: 0 });
  });

  test("notifications that are half a year old go, with their counts", async () => {
    const ann = await createPerson(deps);
    const post = await createPost(deps, { authorId: ann.id });
    for (const fan of await people(2)) await like(fan, post.id);
    await run(
      `update notifications set id = id_at(now() - interval '200 days')
       where id = (select min(id) from notifications where "receiverId" = $1)`,
      [ann.id],
    );
    await removeOldNotifications(deps);
    expect(await as(ann).counts()).toEqual({ unread: 1, unseen: 1, conversations: 0, requests: 0 });
    expect((await as(ann).list()).items).toHaveLength(1);
  });
});

describe("preferences", () => {
  test("what is not named stays", async () => {
    const ann = await createPerson(deps);
    const before = await as(ann).preferences();
    expect(before.digest).toEqual({ frequency: "off", hour: 9, timeZone: "UTC" });
    expect(before.types.LIKE).toMatchObject({ inApp: true, from: "everyone" });
    await as(ann).updatePreferences({ types: { LIKE: { push: false } }, digest: { frequency: "weekly" } });
    const after = await as(ann).updatePreferences({
      types: { LIKE: { from: "following" }, REPLY: { inApp: false } },
      digest: { hour: 20, timeZone: "Europe/Rome" },
    });
    expect(after).toEqual({
      types: {
        ...before.types,
        LIKE: { ...before.types.LIKE, push: false, from: "following" },
        REPLY: { ...before.types.REPLY, inApp: false },
      },
      digest: { frequency: "weekly", hour: 20, timeZone: "Europe/Rome" },
    });
    expect(await as(ann).preferences()).toEqual(after);
    expect(await as(ann).updatePreferences()).toEqual(after);
  });

  test("what no clock knows is refused", async () => {
    const ann = await createPerson(deps);
    await expect(as(ann).updatePreferences({ digest: { timeZone: "Mars/Olympus" } })).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
    await expect(as(ann).updatePreferences({ digest: { hour: 24 } })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });

  test("a post is quieted, twice, and no more; a hidden one is not found", async () => {
    const [ann, bob] = [await createPerson(deps), await createPerson(deps, { isPrivate: true })];
    const [own, hidden] = [await createPost(deps, { authorId: ann.id }), await createPost(deps, { authorId: bob.id })];
    for (const isQuiet of [true, true, false, false]) {
      expect(await as(ann).setQuiet({ postId: own.id, isQuiet })).toEqual({ isQuiet });
    }
    await expect(as(ann).setQuiet({ postId: hidden.id, isQuiet: true })).rejects.toMatchObject({
      cause: { code: "post.notFound" },
    });
  });
});

describe("drafts", () => {
  const draft = {
    commentId: "5",
    postId: "4",
    authorId: "1",
    answeredId: "2",
    mentionIds: ["2", "3", "9"],
    postAuthorId: "3",
  };

  test("one notification a person, the first of answered, named, author", () => {
    expect(draftsOfComment(draft).map(({ receiverId, type }) => [receiverId, type])).toEqual([
      ["2", "REPLY"],
      ["3", "MENTION"],
      ["9", "MENTION"],
    ]);
    expect(mergeDrafts(draftsOfComment({ ...draft, answeredId: "1", mentionIds: [] }))).toMatchObject([
      { type: "COMMENT" },
    ]);
  });

  test("a draft is made only where it was asked for, holds and is welcome", () => {
    const [asked] = mergeDrafts(draftsOfComment(draft));
    if (asked === undefined) throw new Error("no draft");
    const fine = { isPresent: true, isSubjectGone: false, isWelcome: true };
    expect(judgeDraft(asked, fine)).toBe("make");
    expect(judgeDraft({ ...asked, isAsked: false }, fine)).toBe("leave");
    expect(judgeDraft(asked, { ...fine, isWelcome: false })).toBe("leave");
    expect(judgeDraft(asked, { ...fine, isPresent: false })).toBe("removeUnread");
    expect(judgeDraft(asked, { ...fine, isSubjectGone: true })).toBe("remove");
    expect(judgeDraft({ ...asked, type: "FOLLOW_REQUEST" }, { ...fine, isPresent: false })).toBe("remove");
  });
});
