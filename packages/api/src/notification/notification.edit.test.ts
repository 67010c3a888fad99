// Edits have consequences: who is told of a text is who it names by now, once, and nobody is rung twice.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createComment, updateComment } from "../comment/comment.service.ts";
import { acceptRequest, createFollow, rejectRequest } from "../follow/follow.service.ts";
import { createPostInput } from "../post/post.schema.ts";
import { createPost, updatePost } from "../post/post.service.ts";
import { openInbox } from "../testing/inbox.ts";
import { createPerson, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { workOff } from "../testing/work-off.ts";
import { countNotifications, listNotifications, markRead } from "./notification.service.ts";

let deps: TestDeps;
let inbox: ReturnType<typeof openInbox>;
beforeAll(async () => {
  deps = await openTestDeps();
  inbox = openInbox(deps);
});
afterAll(() => deps.close());

const people = () => Promise.all([createPerson(deps), createPerson(deps), createPerson(deps)]);

async function publish(author: TestPerson, caption: string) {
  return (await createPost(deps, { actorId: author.id, ...createPostInput.parse({ caption }) })).id;
}

async function toldTo(person: TestPerson) {
  const { kept, counted } = await inbox.readCounts(person);
  expect(kept).toEqual(counted);
  const page = await listNotifications(deps, { viewerId: person.id, limit: 100 });
  expect(page.items.filter((item) => !item.read)).toHaveLength(kept.unread);
  return page.items.map(({ type, groupKey }) => `${type} ${groupKey.split("/")[0]}`);
}

const readAll = (person: TestPerson) =>
  markRead(deps, { actorId: person.id, which: { upToId: "9223372036854775807" } });

test("a mention edited into a caption is told once, and one edited away is taken back while it is unread", async () => {
  const [ann, bob, cat] = await people();
  const postId = await publish(ann, `with @${bob.handle}`);
  await workOff(deps);
  await updatePost(deps, { actorId: ann.id, postId, caption: `with @${cat.handle}` });
  await workOff(deps);
  expect(await toldTo(bob)).toEqual([]);
  expect(await toldTo(cat)).toEqual(["MENTION MENTION"]);
  await updatePost(deps, { actorId: ann.id, postId, caption: `again with @${cat.handle}` });
  await workOff(deps);
  expect(await toldTo(cat)).toEqual(["MENTION MENTION"]);
  await readAll(cat);
  await updatePost(deps, { actorId: ann.id, postId, caption: "with nobody" });
  await workOff(deps);
  expect(await toldTo(cat)).toEqual(["MENTION MENTION"]);
});

test("a comment falls from MENTION to what it is, and rises again, without a second notification", async () => {
  const [ann, bob, cat] = await people();
  const postId = await publish(ann, "hello");
  const made = await createComment(deps, { actorId: bob.id, postId, text: `dear @${ann.handle} and @${cat.handle}` });
  await workOff(deps);
  expect(await toldTo(ann)).toEqual(["MENTION MENTION"]);
  await updateComment(deps, { actorId: bob.id, commentId: made.id, text: "dear both" });
  await workOff(deps);
  expect(await toldTo(ann)).toEqual(["COMMENT COMMENT"]);
  expect(await toldTo(cat)).toEqual([]);
  await updateComment(deps, { actorId: bob.id, commentId: made.id, text: `dear @${ann.handle}` });
  await workOff(deps);
  expect(await toldTo(ann)).toEqual(["MENTION MENTION"]);
});

test("a reply that names whom it answers stays a reply, and one that names others tells them", async () => {
  const [ann, bob, cat] = await people();
  const postId = await publish(ann, "hello");
  const top = await createComment(deps, { actorId: bob.id, postId, text: "first" });
  const reply = await createComment(deps, { actorId: ann.id, postId, parentId: top.id, text: "yes" });
  await workOff(deps);
  const text = `yes @${bob.handle}, as @${cat.handle} says`;
  await updateComment(deps, { actorId: ann.id, commentId: reply.id, text });
  await workOff(deps);
  expect(await toldTo(bob)).toEqual(["REPLY REPLY"]);
  expect(await toldTo(cat)).toEqual(["MENTION MENTION"]);
});

test("edits to and fro mail nobody twice", async () => {
  const [ann, bob] = await people();
  const mailsToBob = () => deps.mails.filter((mail) => mail.to.includes(bob.handle)).length;
  const postId = await publish(ann, `with @${bob.handle}`);
  await workOff(deps);
  expect(mailsToBob()).toBe(1);
  for (const caption of ["with nobody", `with @${bob.handle}`, `still with @${bob.handle}`]) {
    await updatePost(deps, { actorId: ann.id, postId, caption });
    await workOff(deps);
  }
  expect(await toldTo(bob)).toEqual(["MENTION MENTION"]);
  expect(mailsToBob()).toBe(1);
});

test("edits handled several times, late and all at once end in what the texts say", async () => {
  const [ann, bob, cat] = await people();
  const postId = await publish(ann, "hello");
  const made = await createComment(deps, { actorId: bob.id, postId, text: "one" });
  for (const text of [`@${cat.handle}`, "none", `@${ann.handle}`, `@${cat.handle} @${ann.handle}`]) {
    await updateComment(deps, { actorId: bob.id, commentId: made.id, text });
  }
  await Promise.all([workOff(deps), workOff(deps)]);
  await workOff(deps);
  expect(await toldTo(ann)).toEqual(["MENTION MENTION"]);
  expect(await toldTo(cat)).toEqual(["MENTION MENTION"]);
});

test("a follow request that was accepted counts as read, one that was rejected is gone", async () => {
  const [bob, cat] = await people();
  const ann = await createPerson(deps, { isPrivate: true });
  await createFollow(deps, { actorId: bob.id, userId: ann.id });
  await createFollow(deps, { actorId: cat.id, userId: ann.id });
  await workOff(deps);
  expect(await countNotifications(deps, { viewerId: ann.id })).toEqual({
    unread: 2,
    unseen: 2,
    conversations: 0,
    requests: 0,
  });
  await acceptRequest(deps, { actorId: ann.id, userId: bob.id });
  await rejectRequest(deps, { actorId: ann.id, userId: cat.id });
  await workOff(deps);
  expect(await countNotifications(deps, { viewerId: ann.id })).toEqual({
    unread: 0,
    unseen: 0,
    conversations: 0,
    requests: 0,
  });
  const page = await listNotifications(deps, { viewerId: ann.id, limit: 20 });
  expect(page.items).toMatchObject([{ type: "FOLLOW_REQUEST", read: true, actor: { id: bob.id } }]);
});
