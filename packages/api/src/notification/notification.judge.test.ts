// Likes of posts are judged by a statement of their own: it has to say what the one for everything says.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createBlock } from "../block/block.service.ts";
import { createMute } from "../mute/mute.service.ts";
import {
  addLike,
  createPerson,
  createPost,
  hidePost,
  markPersonDeleted,
  openTestDeps,
  type TestDeps,
} from "../testing/index.ts";
import { draftOfFollow, draftOfLike } from "./notification.draft.ts";
import { judgeDrafts } from "./notification.judge.ts";
import { setQuiet, updatePreferences } from "./notification.preference.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

test("a like is judged alike, alone and beside a follow", async () => {
  const [ann, choosy] = [await createPerson(deps), await createPerson(deps)];
  const newPerson = () => createPerson(deps);
  const [plain, muted, blocked, blocker] = [await newPerson(), await newPerson(), await newPerson(), await newPerson()];
  const [gone, absent] = [await newPerson(), await newPerson()];
  const actors = [plain, muted, blocked, blocker, gone, absent];
  await createMute(deps, { actorId: ann.id, userId: muted.id });
  await createBlock(deps, { actorId: ann.id, userId: blocked.id });
  await createBlock(deps, { actorId: blocker.id, userId: ann.id });
  await markPersonDeleted(deps, { userId: gone.id });
  const [open, quiet, deleted, choosyPost] = [
    await createPost(deps, { authorId: ann.id }),
    await createPost(deps, { authorId: ann.id }),
    await createPost(deps, { authorId: ann.id }),
    await createPost(deps, { authorId: choosy.id }),
  ];
  await setQuiet(deps, { actorId: ann.id, postId: quiet.id, isQuiet: true });
  await updatePreferences(deps, { actorId: choosy.id, changes: { types: { LIKE: { from: "following" } } } });
  const posts = [open, quiet, deleted, choosyPost];
  for (const post of posts) {
    for (const actor of actors.filter((person) => person !== absent)) {
      await addLike(deps, { userId: actor.id, postId: post.id });
    }
  }
  await hidePost(deps, { postId: deleted.id });

  const likes = posts.flatMap((post) =>
    actors.map((actor) =>
      draftOfLike({
        postId: post.id,
        commentId: null,
        actorId: actor.id,
        receiverId: post === choosyPost ? choosy.id : ann.id,
        isAsked: true,
      }),
    ),
  );
  const follow = draftOfFollow({ type: "FOLLOW", actorId: plain.id, receiverId: ann.id, isAsked: false });
  const { alone, beside } = await deps.db.inTransaction(async (tx) => ({
    alone: await judgeDrafts(tx, likes),
    beside: await judgeDrafts(tx, [...likes, follow]),
  }));
  const isLike = ({ type }: { type: string }) => type === "LIKE";
  expect(alone).toEqual({
    present: beside.present.filter(isLike),
    toMake: beside.toMake.filter(isLike),
    toRemove: beside.toRemove.filter(isLike),
    toRemoveUnread: beside.toRemoveUnread.filter(isLike),
  });
  expect(alone.toMake.map((draft) => [draft.postId, draft.actorId])).toEqual([[open.id, plain.id]]);
  expect(alone.toRemove).toHaveLength(actors.length);
  expect(alone.toRemoveUnread).toHaveLength(posts.length - 1);
});
