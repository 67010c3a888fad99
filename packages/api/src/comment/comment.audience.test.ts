// Comments for many viewers at once, against what each of them gets alone.
import { afterAll, beforeAll, expect, test } from "vitest";
import { likeComment } from "../like/like.service.ts";
import { block, createPerson, createPost, follow, openTestDeps, type TestDeps } from "../testing/index.ts";
import { presentCommentsToMany } from "./comment.audience.ts";
import { createComment, deleteComment } from "./comment.service.ts";
import { presentComments } from "./comment.view.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps?.close());

test("each viewer has the view that they would get alone, and most share one", async () => {
  const people = await Promise.all(Array.from({ length: 8 }, () => createPerson(deps)));
  const [ann, bob, cat, dan, eve, ...others] = people.map((person) => person.id) as [
    ...[string, string, string, string, string],
    ...string[],
  ];
  const handles = people.map((person) => person.handle);
  const post = await createPost(deps, { authorId: ann, visibility: "followers" });
  const open = await createPost(deps, { authorId: ann });
  for (const fan of [bob, cat, dan, ...others]) await follow(deps, { followerId: fan, followeeId: ann });
  const say = (actorId: string, postId: string, parentId?: string) =>
    createComment(deps, { actorId, postId, parentId, text: "words" });
  const top = await say(bob, post.id);
  const reply = await say(cat, post.id, top.id);
  const elsewhere = await say(cat, open.id);
  const gone = await say(cat, open.id);
  await deleteComment(deps, { actorId: cat, commentId: gone.id });
  await likeComment(deps, { actorId: others[0] ?? "", commentId: top.id });
  const named = await createComment(deps, {
    actorId: ann,
    postId: post.id,
    text: `with @${handles[1]} and @${handles[2]}`,
  });
  // Dan sees cat's reply only where bob, whom he has blocked, is not answered; eve does not follow ann.
  await block(deps, { blockerId: dan, blockedId: bob });
  const commentIds = [top.id, reply.id, elsewhere.id, gone.id, named.id];
  const viewers = [post.id, open.id].flatMap((postId) =>
    [ann, bob, cat, dan, eve, ...others, null].map((viewerId) => ({ postId, viewerId })),
  );
  const shared = await presentCommentsToMany(deps, { commentIds, viewers });
  for (const [place, { postId, viewerId }] of viewers.entries()) {
    const alone = await presentComments(deps, { viewerId, ids: commentIds.filter((id) => id !== gone.id) });
    const own = shared.filter(({ places }) => places.includes(place)).map(({ view }) => view);
    const byId = (one: { id: string }, other: { id: string }) => one.id.localeCompare(other.id);
    expect(own.sort(byId)).toEqual(alone.filter((view) => view.postId === postId).sort(byId));
  }
  // Dan and bob are not named to each other.
  const namesTo = async (viewerId: string) =>
    (await presentComments(deps, { viewerId, ids: [named.id] })).flatMap((view) =>
      view.mentions.map(({ userId }) => userId),
    );
  expect(await Promise.all([cat, dan].map(namesTo))).toEqual([[bob, cat], [cat]]);
  // For the open post: its author, the comment's author, a stranger, and all others alike.
  expect(shared.filter(({ view }) => view.id === elsewhere.id)).toHaveLength(4);
});

test("no viewers and no comments ask nothing", async () => {
  expect(await presentCommentsToMany(deps, { commentIds: ["1"], viewers: [] })).toEqual([]);
  expect(await presentCommentsToMany(deps, { commentIds: [], viewers: [{ postId: "1", viewerId: null }] })).toEqual([]);
});
