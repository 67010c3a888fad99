// What the audit counts is what the domain functions count: after whatever they did, also half-way, nothing is wrong.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deleteAccount } from "../auth/auth.deletion.ts";
import { signUp } from "../auth/auth.service.ts";
import { createBlock } from "../block/block.service.ts";
import { createComment, deleteComment, updateComment } from "../comment/comment.service.ts";
import { acceptRequest, createFollow, deleteFollow } from "../follow/follow.service.ts";
import { likeComment, likePost, unlikePost } from "../like/like.service.ts";
import { listNotifications, markRead, markSeen } from "../notification/notification.service.ts";
import { createPost, deletePost, updatePost } from "../post/post.service.ts";
import { createPerson, openTestDeps, type TestDeps, type TestPerson, waitFor } from "../testing/index.ts";
import { workOff } from "../testing/work-off.ts";
import { setSuspended } from "../user/user.service.ts";
import { mendCounters } from "./audit.service.ts";
import { driftTallyOf } from "./audit.tally.ts";

const password = "correct horse battery";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps({ env: { LARGE_ACCOUNT_FOLLOWERS: "2" } });
  await waitFor("redis", () => deps.redis.cache.status === "ready");
});
afterAll(() => deps.close());

async function expectNoDrift(): Promise<void> {
  await mendCounters(deps, { ranges: 1_000 });
  expect([...driftTallyOf(deps)].filter(([, count]) => count > 0)).toEqual([]);
}

async function auditAfter<Result>(work: Promise<Result>): Promise<Result> {
  const result = await work;
  await expectNoDrift();
  return result;
}

async function post(author: TestPerson): Promise<string> {
  const made = await createPost(deps, { actorId: author.id, caption: "hello", media: [], visibility: "public" });
  return made.id;
}

async function comment(author: TestPerson, postId: string, parentId?: string): Promise<string> {
  return (await createComment(deps, { actorId: author.id, postId, text: "so true", parentId })).id;
}

async function signUpAs(handle: string): Promise<TestPerson> {
  const device = { userAgent: "test", ip: "203.0.113.7" };
  const { user } = await signUp(deps, { email: `${handle}@mail.example`, handle, password, device });
  if (user === null) throw new Error("signed up without a session");
  return { id: user.id, handle };
}

async function makeCrowd(): Promise<[TestPerson, TestPerson, TestPerson, TestPerson]> {
  const [ann, bob, cid] = await Promise.all([createPerson(deps), createPerson(deps), createPerson(deps)]);
  return [ann, bob, cid, await createPerson(deps, { isPrivate: true })];
}

test("people who sign up, follow, ask, accept and block leave no drift", async () => {
  const [ann, bob, cid, dee] = await makeCrowd();
  for (const one of [ann, cid]) await createFollow(deps, { actorId: one.id, userId: bob.id });
  for (const one of [ann, bob]) await createFollow(deps, { actorId: one.id, userId: dee.id });
  await signUpAs("newcomer");
  await expectNoDrift();
  await acceptRequest(deps, { actorId: dee.id, userId: ann.id });
  await createBlock(deps, { actorId: bob.id, userId: ann.id });
  await deleteFollow(deps, { actorId: cid.id, userId: bob.id });
  await expectNoDrift();
  await workOff(deps);
  await expectNoDrift();
});

test("posts that are liked, commented on, edited, deleted and purged leave no drift", async () => {
  const [ann, bob, cid] = await makeCrowd();
  const [kept, gone] = [await post(ann), await post(ann)];
  for (const postId of [kept, gone]) {
    await likePost(deps, { actorId: bob.id, postId });
    await likePost(deps, { actorId: cid.id, postId });
    const top = await comment(bob, postId);
    await comment(cid, postId, top);
    await likeComment(deps, { actorId: ann.id, commentId: top });
  }
  await unlikePost(deps, { actorId: cid.id, postId: kept });
  await updatePost(deps, { actorId: ann.id, postId: kept, caption: "better" });
  await expectNoDrift();
  await deletePost(deps, { actorId: ann.id, postId: gone });
  await expectNoDrift();
  await workOff(deps);
  await deletePost(deps, { actorId: ann.id, postId: kept });
  await expectNoDrift();
  await workOff(deps);
  await expectNoDrift();
});

test("a deleted comment leaves no drift, whether a reply keeps its place or not", async () => {
  const [ann, bob, cid] = await makeCrowd();
  const postId = await post(ann);
  const [lonely, top] = [await comment(bob, postId), await comment(bob, postId)];
  const replies = [await comment(cid, postId, top), await comment(ann, postId, top)];
  for (const commentId of [lonely, top, ...replies]) await likeComment(deps, { actorId: cid.id, commentId });
  await updateComment(deps, { actorId: bob.id, commentId: top, text: "so untrue" });
  for (const commentId of [lonely, top]) {
    await deleteComment(deps, { actorId: bob.id, commentId });
    await expectNoDrift();
  }
  for (const commentId of replies) {
    await deleteComment(deps, { actorId: ann.id, commentId });
    await expectNoDrift();
  }
  await workOff(deps);
  await expectNoDrift();
});

test("notifications that are seen, read, undone and taken away leave no drift", async () => {
  const [ann, bob, cid] = await makeCrowd();
  const postId = await post(ann);
  await createFollow(deps, { actorId: cid.id, userId: ann.id });
  for (const one of [bob, cid]) await likePost(deps, { actorId: one.id, postId });
  const said = await comment(bob, postId);
  await workOff(deps);
  await expectNoDrift();
  const { items } = await listNotifications(deps, { viewerId: ann.id, limit: 20 });
  expect(items).toHaveLength(4);
  await markSeen(deps, { actorId: ann.id, upToId: items[1]?.id ?? "" });
  await expectNoDrift();
  await markRead(deps, { actorId: ann.id, which: { ids: [items[0]?.id ?? "", items[2]?.id ?? ""] } });
  await expectNoDrift();
  for (const one of [bob, cid]) await unlikePost(deps, { actorId: one.id, postId });
  await deleteComment(deps, { actorId: bob.id, commentId: said });
  await workOff(deps);
  await expectNoDrift();
  await createBlock(deps, { actorId: ann.id, userId: cid.id });
  await workOff(deps);
  await expectNoDrift();
});

test("a large account's posts leave no drift, nor do suspended people's", async () => {
  const [ann, bob, cid] = await makeCrowd();
  for (const one of [bob, cid]) await createFollow(deps, { actorId: one.id, userId: ann.id });
  const pulled = await post(ann);
  await comment(bob, pulled);
  await expectNoDrift();
  await deletePost(deps, { actorId: ann.id, postId: pulled });
  await expectNoDrift();
  await deps.db.inTransaction((tx) => setSuspended(tx, { userId: bob.id, isSuspended: true }));
  await post(ann);
  await workOff(deps);
  await expectNoDrift();
});

test("an account that is deleted leaves no drift at others, before, amid and after its purge", async () => {
  const [ann, bob] = await makeCrowd();
  const gone = await signUpAs("goner");
  const [mine, theirs] = [await post(gone), await post(ann)];
  for (const one of [ann, bob]) {
    await createFollow(deps, { actorId: one.id, userId: gone.id });
    await createFollow(deps, { actorId: gone.id, userId: one.id });
    await likePost(deps, { actorId: one.id, postId: mine });
  }
  await likePost(deps, { actorId: gone.id, postId: theirs });
  const top = await comment(gone, theirs);
  const plain = await comment(gone, theirs);
  await comment(bob, theirs, top);
  await comment(gone, theirs, await comment(ann, theirs));
  for (const commentId of [top, plain]) await likeComment(deps, { actorId: bob.id, commentId });
  await workOff(deps);
  await deleteAccount(deps, { actorId: gone.id, password });
  await expectNoDrift();

  // As if the purge had been cut off after each of its commits.
  const watched: TestDeps = {
    ...deps,
    db: {
      ...deps.db,
      sql: { ...deps.db.sql, run: (...call) => auditAfter(deps.db.sql.run(...call)) },
      inTransaction: (work) => auditAfter(deps.db.inTransaction(work)),
    },
  };
  await workOff(watched);
  await expectNoDrift();
  const find = statement<{ id: string }>("test.findPerson", "select id from users where id = $1");
  expect(await deps.db.sql.maybe(find, [gone.id])).toBeNull();
});
