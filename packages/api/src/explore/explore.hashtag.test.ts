// Hashtags as people use them: pages, counts, followed tags, bans. The numbers are those of the list of edge cases.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { updateUser } from "../account/account.profile.ts";
import { listHomeFeed } from "../feed/feed.service.ts";
import { auditHashtagCounts, sumHashtagMoves } from "../hashtag/hashtag.rows.ts";
import { hashtagInput } from "../hashtag/hashtag.schema.ts";
import {
  followHashtag,
  listFollowedTags,
  maxFollowedTags,
  setHashtagBanned,
  unfollowHashtag,
} from "../hashtag/hashtag.service.ts";
import { presentHashtag } from "../hashtag/hashtag.view.ts";
import { setPostRemoval } from "../post/post.removal.ts";
import { createPostInput } from "../post/post.schema.ts";
import { createPost, deletePost, updatePost } from "../post/post.service.ts";
import { findHashtags } from "../search/search.hashtags.ts";
import { findPosts } from "../search/search.posts.ts";
import {
  addLike,
  block,
  createPerson,
  follow,
  mute,
  openTestDeps,
  removeLike,
  suspend,
  type TestDeps,
  type TestPerson,
  unsuspend,
} from "../testing/index.ts";
import { workOff } from "../testing/work-off.ts";
import { listHashtagFeed, listPostsByTag } from "./explore.hashtag.ts";

let deps: TestDeps;
let author: TestPerson;
let reader: TestPerson;

beforeAll(async () => {
  deps = await openTestDeps();
  [author, reader] = [await createPerson(deps), await createPerson(deps)];
});
afterAll(() => deps.close());

async function write(caption: string, as: { by?: TestPerson; visibility?: "public" | "followers" } = {}) {
  const { by = author, visibility = "public" } = as;
  return (await createPost(deps, { actorId: by.id, ...createPostInput.parse({ caption, visibility }) })).id;
}

async function pageOf(
  tag: string,
  as: { viewer?: TestPerson | null; sort?: "top" | "newest" } = {},
): Promise<string[]> {
  const { viewer = reader, sort = "newest" } = as;
  const page = await listPostsByTag(deps, {
    viewerId: viewer?.id ?? null,
    tag: hashtagInput.parse(tag),
    sort,
    limit: 100,
  });
  return page.items.map((post) => post.id);
}

async function countOf(tag: string): Promise<number> {
  return (await presentHashtag(deps, { viewerId: null, tag: hashtagInput.parse(tag) })).postCount;
}

async function proposedFor(q: string): Promise<string[]> {
  return (await findHashtags(deps, { viewerId: null, q, limit: 50 })).items.map(({ tag }) => tag);
}

async function feedOf(viewer: TestPerson): Promise<{ id: string; tags: string[] }[]> {
  const page = await listHashtagFeed(deps, { viewerId: viewer.id, limit: 100 });
  return page.items.map(({ post, reasons }) => ({
    id: post.id,
    tags: reasons.map((reason) => (reason.kind === "hashtag" ? reason.tag : reason.kind)),
  }));
}

test("hashtags 1: rows and counts follow an edit, and the order by post stays", async () => {
  const [first, second] = [await write("#h1a"), await write("#h1a #h1b")];
  await updatePost(deps, { actorId: author.id, postId: first, caption: "now #h1b" });
  expect([await pageOf("h1a"), await pageOf("#H1B")]).toEqual([[second], [second, first]]);
  expect([await countOf("h1a"), await countOf("h1b")]).toEqual([1, 2]);
  await deletePost(deps, { actorId: author.id, postId: second });
  expect([await pageOf("h1a"), await countOf("h1a"), await countOf("h1b")]).toEqual([[], 0, 1]);
});

test("hashtags 2: a private account leaves the page at once and the counts with its job, and comes back", async () => {
  const person = await createPerson(deps);
  for (let made = 0; made < 3; made += 1) await write(`#h2 ${made}`, { by: person });
  await write("#h2", { by: person, visibility: "followers" });
  expect(await countOf("h2")).toBe(3);
  await updateUser(deps, { actorId: person.id, isPrivate: true });
  expect(await pageOf("h2")).toEqual([]);
  await workOff(deps);
  expect([await countOf("h2"), await proposedFor("h2")]).toEqual([0, []]);
  await updateUser(deps, { actorId: person.id, isPrivate: false });
  await workOff(deps);
  expect([await countOf("h2"), (await pageOf("h2")).length]).toEqual([3, 3]);
});

test("hashtags 2: a suspended account leaves the counts and the proposals with its job, and comes back", async () => {
  const person = await createPerson(deps);
  await write("#h2suspended", { by: person });
  await suspend(deps, { userId: person.id });
  await workOff(deps);
  expect([await countOf("h2suspended"), await proposedFor("h2susp")]).toEqual([0, []]);
  await unsuspend(deps, { userId: person.id });
  await workOff(deps);
  expect([await countOf("h2suspended"), await proposedFor("h2susp")]).toEqual([1, ["h2suspended"]]);
});

test("hashtags 3: what a moderator removed is neither counted nor shown, and comes back with all of it", async () => {
  const id = await write("#h3 here");
  await deps.db.inTransaction((tx) => setPostRemoval(tx, { postId: id, decisionId: "1" }));
  expect([await countOf("h3"), await pageOf("h3"), await proposedFor("h3")]).toEqual([0, [], []]);
  await deps.db.inTransaction((tx) => setPostRemoval(tx, { postId: id, decisionId: null }));
  expect([await countOf("h3"), await pageOf("h3")]).toEqual([1, [id]]);
});

test("hashtags 4: posts for followers are on the page of who may see them, and counted and proposed for nobody", async () => {
  const id = await write("#h4secret", { visibility: "followers" });
  const fan = await createPerson(deps);
  await follow(deps, { followerId: fan.id, followeeId: author.id });
  expect([await pageOf("h4secret"), await pageOf("h4secret", { viewer: null })]).toEqual([[], []]);
  expect([
    await pageOf("h4secret", { viewer: fan }),
    await pageOf("h4secret", { viewer: author, sort: "top" }),
  ]).toEqual([[id], [id]]);
  expect([await countOf("h4secret"), await proposedFor("h4sec")]).toEqual([0, []]);
  // Exactly as a tag that nobody wrote.
  expect(await presentHashtag(deps, { viewerId: reader.id, tag: "h4secret" })).toEqual({
    ...(await presentHashtag(deps, { viewerId: reader.id, tag: "h4nobody" })),
    tag: "h4secret",
  });
});

test("hashtags 5: a block either way hides the posts", async () => {
  const [one, other] = [await createPerson(deps), await createPerson(deps)];
  await write("#h5", { by: one });
  await write("#h5", { by: other });
  await followHashtag(deps, { actorId: reader.id, tag: "h5" });
  await block(deps, { blockerId: one.id, blockedId: reader.id });
  await block(deps, { blockerId: reader.id, blockedId: other.id });
  for (const sort of ["top", "newest"] as const) expect(await pageOf("h5", { sort })).toEqual([]);
  expect(await feedOf(reader)).toEqual([]);
  expect(await countOf("h5")).toBe(2);
});

describe("followed tags", () => {
  test("hashtags 6: one's own post with a followed tag is in home once", async () => {
    const person = await createPerson(deps);
    await followHashtag(deps, { actorId: person.id, tag: "h6" });
    const id = await write("#h6", { by: person });
    const home = await listHomeFeed(deps, { viewerId: person.id, limit: 20 });
    expect(home.items.map((post) => post.id)).toEqual([id]);
  });

  test("hashtags 7: a post with two followed tags is one item that names both", async () => {
    const person = await createPerson(deps);
    for (const tag of ["h7a", "h7b", "h7c"]) await followHashtag(deps, { actorId: person.id, tag });
    const ids = [await write("#h7a #h7b"), await write("#h7c"), await write("#h7other")];
    expect(await feedOf(person)).toEqual([
      { id: ids[1], tags: ["h7c"] },
      { id: ids[0], tags: ["h7a", "h7b"] },
    ]);
  });

  test("hashtags 11: posts of followed tags are in no home feed unasked, and each says why it is in their own", async () => {
    const person = await createPerson(deps);
    await followHashtag(deps, { actorId: person.id, tag: "h11" });
    const id = await write("#h11");
    expect((await listHomeFeed(deps, { viewerId: person.id, limit: 20 })).items).toEqual([]);
    expect(await feedOf(person)).toEqual([{ id, tags: ["h11"] }]);
  });

  test("hashtags 12: an unfollowed tag is gone from the next page", async () => {
    const person = await createPerson(deps);
    await followHashtag(deps, { actorId: person.id, tag: "h12" });
    for (let made = 0; made < 3; made += 1) await write(`#h12 ${made}`);
    const page = await listHashtagFeed(deps, { viewerId: person.id, limit: 2 });
    expect([page.items.length, page.nextCursor]).toEqual([2, expect.any(String)]);
    await unfollowHashtag(deps, { actorId: person.id, tag: "h12" });
    const next = await listHashtagFeed(deps, { viewerId: person.id, limit: 2, cursor: page.nextCursor });
    expect(next).toEqual({ items: [], nextCursor: null });
  });

  test("a walk finds every post once, past runs of posts that the reader may not see", async () => {
    const [person, hidden] = [await createPerson(deps), await createPerson(deps)];
    for (const tag of ["h13a", "h13b"]) await followHashtag(deps, { actorId: person.id, tag });
    await mute(deps, { muterId: person.id, mutedId: hidden.id });
    const ids: string[] = [];
    for (let made = 0; made < 9; made += 1) ids.unshift(await write(`#h13a ${made % 2 ? "#h13b" : ""}`));
    for (let made = 0; made < 9; made += 1) await write("#h13b #h13a", { by: hidden });
    for (let made = 0; made < 3; made += 1) ids.unshift(await write("#h13b"));
    const walked: string[] = [];
    let pages = 0;
    for (let cursor: string | null = null; pages === 0 || cursor !== null; pages += 1) {
      const page = await listHashtagFeed(deps, { viewerId: person.id, limit: 2, cursor });
      walked.push(...page.items.map(({ post }) => post.id));
      cursor = page.nextCursor;
    }
    expect(walked).toEqual(ids);
  });

  test("a post that comes while a page is read makes nothing come twice", async () => {
    const [person, hidden] = [await createPerson(deps), await createPerson(deps)];
    await followHashtag(deps, { actorId: person.id, tag: "h15" });
    await mute(deps, { muterId: person.id, mutedId: hidden.id });
    const ids = [await write("#h15 older"), await write("#h15 newer")].reverse();
    // With the newer one, as many as are looked at for a page of two.
    for (let made = 0; made < 6; made += 1) await write("#h15", { by: hidden });
    const maybe: TestDeps["db"]["sql"]["maybe"] = async (...asked) => {
      await write("#h15 now", { by: hidden });
      return deps.db.sql.maybe(...asked);
    };
    const disturbed = { ...deps, db: { ...deps.db, sql: { ...deps.db.sql, maybe } } };
    const page = await listHashtagFeed(disturbed, { viewerId: person.id, limit: 2 });
    expect(page.items.map(({ post }) => post.id)).toEqual([ids[0]]);
    const next = await listHashtagFeed(deps, { viewerId: person.id, limit: 2, cursor: page.nextCursor });
    expect(next.items.map(({ post }) => post.id)).toEqual([ids[1]]);
  });

  test("following twice is following once, the newest comes first, and the bound is kept", async () => {
    const person = await createPerson(deps);
    for (const tag of ["h14a", "h14b", "h14a"]) {
      expect(await followHashtag(deps, { actorId: person.id, tag })).toMatchObject({
        tag,
        viewer: { isFollowing: true },
      });
    }
    const page = await listFollowedTags(deps, { viewerId: person.id, limit: 10 });
    expect(page.items.map(({ tag }) => tag)).toEqual(["h14b", "h14a"]);
    for (let made = 2; made < maxFollowedTags; made += 1)
      await followHashtag(deps, { actorId: person.id, tag: `t${made}` });
    await expect(followHashtag(deps, { actorId: person.id, tag: "onemore" })).rejects.toMatchObject({
      code: "hashtag.forbidden",
    });
    expect(await followHashtag(deps, { actorId: person.id, tag: "h14a" })).toMatchObject({
      viewer: { isFollowing: true },
    });
  });
});

test("hashtags 8: a tag typed in another form is the same, and has a page before anybody used it", async () => {
  expect([await pageOf("h8none"), await countOf("h8none")]).toEqual([[], 0]);
  const id = await write("#Straße８");
  for (const typed of ["#STRASSE8", "strasse８", "＃Straße8", " straße8 "])
    expect(await pageOf(typed), typed).toEqual([id]);
  for (const typed of ["", "#", "two words", "12", "a#b", "x".repeat(3_000), "a\0"]) {
    expect(hashtagInput.safeParse(typed).success, typed.slice(0, 9)).toBe(false);
  }
});

test("hashtags 9: a banned tag is proposed to nobody, shows each person their own posts, and may be banned unused", async () => {
  await setHashtagBanned(deps, { tag: "h9", isBanned: true });
  await setHashtagBanned(deps, { tag: "h9", isBanned: true });
  const id = await write("#h9 words");
  await followHashtag(deps, { actorId: reader.id, tag: "h9" });
  expect([await pageOf("h9"), await pageOf("h9", { viewer: author }), await proposedFor("h9")]).toEqual([[], [id], []]);
  expect([await countOf("h9"), await feedOf(reader)]).toEqual([0, []]);
  expect((await findPosts(deps, { viewerId: author.id, q: "#h9", limit: 5 })).items.map((post) => post.id)).toEqual([
    id,
  ]);
  await setHashtagBanned(deps, { tag: "h9", isBanned: false });
  expect([await pageOf("h9"), await countOf("h9"), await proposedFor("h9")]).toEqual([[id], 1, ["h9"]]);
});

test("hashtags 10: of a text with more tags, thirty have rows", async () => {
  const id = await write(Array.from({ length: 40 }, (_, index) => `#h10x${index}`).join(" "));
  expect([await pageOf("h10x29"), await pageOf("h10x30")]).toEqual([[id], []]);
});

test("the best come first, each once over pages, whoever likes them in between", async () => {
  const ids: string[] = [];
  for (let made = 0; made < 7; made += 1) ids.push(await write(`#htop ${made}`));
  for (let made = 0; made < 3; made += 1)
    await addLike(deps, { userId: (await createPerson(deps)).id, postId: ids[2] ?? "" });
  await addLike(deps, { userId: reader.id, postId: ids[5] ?? "" });
  expect((await pageOf("htop", { sort: "top" })).slice(0, 2)).toEqual([ids[2], ids[5]]);
  const walked: string[] = [];
  for (let cursor: string | null = null, isFirst = true; isFirst || cursor !== null; isFirst = false) {
    const page = await listPostsByTag(deps, { viewerId: null, tag: "htop", sort: "top", limit: 2, cursor });
    walked.push(...page.items.map((post) => post.id));
    cursor = page.nextCursor;
    // What is still to come rises above the page that was shown, and what was shown falls below.
    if (walked.length === 2) {
      for (let liked = 0; liked < 5; liked += 1)
        await addLike(deps, { userId: (await createPerson(deps)).id, postId: ids[0] ?? "" });
      await removeLike(deps, { userId: reader.id, postId: ids[5] ?? "" });
    }
  }
  expect(walked[2]).toBe(ids[0]);
  expect(walked.toSorted()).toEqual(ids.toSorted());
});

test("tags are proposed by their beginning, the most used first, exactly so before and after counts are summed up", async () => {
  for (const tags of ["#hprob #hproa", "#hprob", "#hprob #hproc", "#hproc"]) await write(tags);
  for (let round = 0; round < 2; round += 1) {
    expect(await proposedFor("#HPRO")).toEqual(["hprob", "hproc", "hproa"]);
    expect((await proposedFor("h")).slice(0, 1).length).toBe(1);
    await sumHashtagMoves(deps);
  }
  const walked: string[] = [];
  for (let cursor: string | null = null, isFirst = true; isFirst || cursor !== null; isFirst = false) {
    const page = await findHashtags(deps, { viewerId: null, q: "hpro", limit: 1, cursor });
    walked.push(...page.items.map(({ tag }) => tag));
    cursor = page.nextCursor;
  }
  expect(walked).toEqual(["hprob", "hproc", "hproa"]);
  for (const q of ["", "#", " ", "\u200d"]) expect(await proposedFor(q)).toEqual([]);
});

const spoilCounts = statement<never>(
  "test.spoilCounts",
  "update hashtags set post_count = post_count + 5 where tag = $1",
);

test("a count that drifted is mended by the audit, whatever moves are on their way", async () => {
  for (let made = 0; made < 3; made += 1) await write(`#haudit ${made}`);
  await sumHashtagMoves(deps);
  await deps.db.sql.run(spoilCounts, ["haudit"]);
  await write("#haudit more");
  await auditHashtagCounts(deps);
  expect(await countOf("haudit")).toBe(4);
  await sumHashtagMoves(deps);
  await auditHashtagCounts(deps);
  expect(await countOf("haudit")).toBe(4);
});

test("posts that take one tag at once wait for nobody, and all are counted", async () => {
  const people = await Promise.all(Array.from({ length: 8 }, () => createPerson(deps)));
  await Promise.all(people.flatMap((by) => [write("#hmany #hboth", { by }), write("#hboth #hmany", { by })]));
  expect([await countOf("hmany"), await countOf("hboth")]).toEqual([16, 16]);
});
