// The edges of conversations, each a fault that some product in use has or had.
import { type Statement, statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { updateUser } from "../account/account.profile.ts";
import { mendCounters } from "../audit/audit.service.ts";
import { deleteBlock } from "../block/block.service.ts";
import { presentPost } from "../post/post.view.ts";
import { purgeAccounts } from "../purge/purge.account.ts";
import { openPair as openTestPair, sendAs } from "../testing/conversations.ts";
import { factOf } from "../testing/inbox.ts";
import {
  block,
  createPerson,
  createPost,
  follow,
  markPersonDeleted,
  mute,
  openTestDeps,
  suspend,
  type TestDeps,
  type TestPerson,
  unsuspend,
  waitFor,
} from "../testing/index.ts";
import { addMembers, createGroup, removeMember, updateConversation } from "./chat.group.ts";
import { countConversations, listConversations, listMembers, listMessages } from "./chat.list.ts";
import { acceptConversation, declineConversation, leaveConversation } from "./chat.member.ts";
import { deleteMessage, editMessage, reactToMessage } from "./chat.message.ts";
import { openConversation } from "./chat.open.ts";
import { markConversationRead } from "./chat.read.ts";
import { presentConversation } from "./chat.view.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
  await waitFor("redis", () => deps.redis.cache.status === "ready");
});
afterAll(() => deps.close());

const send = (person: TestPerson, conversationId: string, text: string, more: object = {}) =>
  sendAs(deps, person, conversationId, { text, ...more });
const people = async (count: number) => Promise.all(Array.from({ length: count }, () => createPerson(deps)));
const counts = (person: TestPerson) => countConversations(deps, { viewerId: person.id });
const see = (person: TestPerson, conversationId: string) =>
  presentConversation(deps, { viewerId: person.id, conversationId });
const read = (person: TestPerson, conversationId: string) =>
  listMessages(deps, { viewerId: person.id, conversationId, limit: 100 });
const refused = (call: Promise<unknown>, code: string) => expect(call).rejects.toMatchObject({ code });

async function openPair() {
  const pair = await openTestPair(deps);
  await send(pair.ann, pair.id, "hello");
  await send(pair.bob, pair.id, "hi");
  return pair;
}

async function openGroup(members: readonly TestPerson[]) {
  const [owner, ...others] = members;
  const { id } = await createGroup(deps, {
    actorId: owner?.id ?? "",
    userIds: others.map((person) => person.id),
    title: "a group",
  });
  for (const { id: actorId } of others) await acceptConversation(deps, { actorId, conversationId: id });
  return id;
}

async function purge(person: TestPerson): Promise<void> {
  await markPersonDeleted(deps, { userId: person.id });
  await purgeAccounts(deps, { facts: [factOf("user.deleted", { userId: person.id })] });
}

const readUnread: Statement<{ drift: number }> = statement(
  "test.drift",
  `select count(*)::int as drift from conversation_members member
   where member.state = 'accepted' and member.unread <> (
     select count(*) from messages msg
     where msg.conversation_id = member.conversation_id and msg.seq > greatest(member.read_seq, member.after_seq)
       and msg.sender_id <> member.user_id and msg.deleted_at is null and msg.kind <> 'system'
       and not exists (select from blocks where (blocker_id, blocked_id) in ((member.user_id, msg.sender_id), (msg.sender_id, member.user_id))))`,
);
afterAll(async () => {
  expect((await deps.db.sql.one(readUnread)).drift, "unread counts that are not those of the rows").toBe(0);
});

test("1 a badge falls when the sender's account goes, and the places of what was said stay", async () => {
  const { ann, bob, id } = await openPair();
  expect(await counts(ann)).toMatchObject({ unread: 1 });
  await purge(bob);
  expect(await counts(ann)).toMatchObject({ unread: 0 });
  expect(await see(ann, id)).toMatchObject({ unreadCount: 0, canSend: false, members: [] });
  expect((await read(ann, id)).items).toMatchObject([
    { seq: 1, text: "hello" },
    { seq: 2, sender: null, text: null, isDeleted: true },
  ]);
});

test("2 a message that is deleted before it was read lowers the count, and its place stays", async () => {
  const { ann, bob, id } = await openPair();
  await send(ann, id, "oh no");
  expect(await see(bob, id)).toMatchObject({ unreadCount: 2 });
  expect(await deleteMessage(deps, { actorId: ann.id, conversationId: id, seq: 3 })).toMatchObject({ isDeleted: true });
  await deleteMessage(deps, { actorId: ann.id, conversationId: id, seq: 3 });
  expect(await see(bob, id)).toMatchObject({ unreadCount: 1, lastMessage: { seq: 3, text: null, isDeleted: true } });
});

test("4 reading lists marks nothing", async () => {
  const { ann, bob, id } = await openPair();
  await read(bob, id);
  await listConversations(deps, { viewerId: bob.id, state: "accepted", limit: 20 });
  expect(await see(bob, id)).toMatchObject({ unreadCount: 1, readUpTo: 0 });
  expect((await read(ann, id)).items).toMatchObject([{ isSeen: false }, {}]);
});

test("6 the owner of a group is among its members, and hears and counts like all", async () => {
  const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  const id = await openGroup([ann, bob]);
  await send(bob, id, "here I am");
  expect(await see(ann, id)).toMatchObject({ unreadCount: 1, memberCount: 2 });
  const { items } = await listMembers(deps, { viewerId: bob.id, conversationId: id, limit: 20 });
  expect(items.find((member) => member.id === ann.id)).toMatchObject({ role: "owner", state: "accepted" });
});

test("7 nobody is put into a group: they are asked, and whoever left is not asked again by the same person", async () => {
  const [ann, bob, cat] = [await createPerson(deps), await createPerson(deps), await createPerson(deps)];
  const { id } = await createGroup(deps, { actorId: ann.id, userIds: [bob.id], title: "a group" });
  expect(await see(bob, id)).toMatchObject({ state: "request" });
  await refused(read(bob, id), "chat.notFound");
  await refused(send(bob, id, "not yet"), "chat.forbidden");
  await acceptConversation(deps, { actorId: bob.id, conversationId: id });
  await leaveConversation(deps, { actorId: bob.id, conversationId: id });
  await refused(addMembers(deps, { actorId: ann.id, conversationId: id, userIds: [bob.id] }), "chat.unreachable");
  await addMembers(deps, { actorId: ann.id, conversationId: id, userIds: [cat.id] });
  await acceptConversation(deps, { actorId: cat.id, conversationId: id });
  await addMembers(deps, { actorId: cat.id, conversationId: id, userIds: [bob.id] });
  expect(await see(bob, id)).toMatchObject({ state: "request" });
});

test("8 when the owner leaves, the member of longest standing inherits", async () => {
  const [ann, bob, cat] = [await createPerson(deps), await createPerson(deps), await createPerson(deps)];
  const id = await openGroup([ann, bob, cat]);
  await leaveConversation(deps, { actorId: ann.id, conversationId: id });
  await refused(read(ann, id), "chat.notFound");
  await refused(updateConversation(deps, { actorId: cat.id, conversationId: id, title: "mine" }), "chat.forbidden");
  expect(await updateConversation(deps, { actorId: bob.id, conversationId: id, title: "mine" })).toMatchObject({
    title: "mine",
    memberCount: 2,
  });
  await purge(bob);
  await updateConversation(deps, { actorId: cat.id, conversationId: id, title: "ours" });
});

test("9 newcomers see nothing from before they joined, and a quote of it is a placeholder", async () => {
  const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  const group = await openGroup([ann]);
  const early = await send(ann, group, "a secret");
  await addMembers(deps, { actorId: ann.id, conversationId: group, userIds: [bob.id] });
  await acceptConversation(deps, { actorId: bob.id, conversationId: group });
  await send(ann, group, "as I said", { replyToSeq: early.seq });
  const { items, hasBefore } = await read(bob, group);
  expect(hasBefore).toBe(false);
  expect(JSON.stringify(items)).not.toContain("a secret");
  expect(items.at(-1)).toMatchObject({ replyTo: { seq: early.seq, sender: null, text: null } });
});

test("10 what is muted stays in its place and does not ring: neither a conversation nor a muted person's", async () => {
  const { ann, bob, id } = await openPair();
  await updateConversation(deps, { actorId: ann.id, conversationId: id, isMuted: true });
  expect(await see(ann, id)).toMatchObject({ isMuted: true, unreadCount: 1 });
  expect(await counts(ann)).toEqual({ unread: 0, requests: 0 });
  await updateConversation(deps, { actorId: ann.id, conversationId: id, isMuted: false });
  expect(await counts(ann)).toEqual({ unread: 1, requests: 0 });
  await mute(deps, { muterId: ann.id, mutedId: bob.id });
  expect(await counts(ann)).toEqual({ unread: 0, requests: 0 });
  const { items } = await listConversations(deps, { viewerId: ann.id, state: "accepted", limit: 20 });
  expect(items).toMatchObject([{ id }]);
});

test("11 naming a third person in a message lets nobody in", async () => {
  const { ann, id } = await openPair();
  const cat = await createPerson(deps);
  await send(ann, id, `what about @${cat.handle}?`);
  await refused(read(cat, id), "chat.notFound");
  expect(await counts(cat)).toEqual({ unread: 0, requests: 0 });
});

test("12 deleting one's last message leaves the conversation where it is", async () => {
  const { ann, bob, id } = await openPair();
  await deleteMessage(deps, { actorId: bob.id, conversationId: id, seq: 2 });
  const { items } = await listConversations(deps, { viewerId: ann.id, state: "accepted", limit: 20 });
  expect(items).toMatchObject([{ id, unreadCount: 0 }]);
});

test("a stranger's first messages are a request, five at most, until they are answered", async () => {
  const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  const { id } = await openConversation(deps, { actorId: ann.id, userId: bob.id });
  for (let turn = 1; turn <= 5; turn += 1) await send(ann, id, `please ${turn}`);
  await refused(send(ann, id, "please 6"), "chat.unanswered");
  expect(await counts(bob)).toEqual({ unread: 0, requests: 1 });
  await markConversationRead(deps, { actorId: bob.id, conversationId: id, upToSeq: 5 });
  expect((await read(ann, id)).items.every(({ isSeen }) => !isSeen)).toBe(true);
  await send(bob, id, "well then");
  expect(await counts(bob)).toEqual({ unread: 0, requests: 0 });
  expect(await send(ann, id, "thank you")).toMatchObject({ seq: 7 });
});

test("declining is silent, and what is sent later stays unseen", async () => {
  const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  const { id } = await openConversation(deps, { actorId: ann.id, userId: bob.id });
  await send(ann, id, "hello?");
  await declineConversation(deps, { actorId: bob.id, conversationId: id });
  expect(await send(ann, id, "hello??")).toMatchObject({ seq: 2 });
  expect(await counts(bob)).toEqual({ unread: 0, requests: 0 });
  await refused(read(bob, id), "chat.notFound");
});

test("whoever cannot be written to is refused alike: blocked, suspended, wanting no messages, unknown", async () => {
  const ann = await createPerson(deps);
  const others = await people(3);
  const [blocker, gone, silent] = others;
  await block(deps, { blockerId: blocker?.id ?? "", blockedId: ann.id });
  await suspend(deps, { userId: gone?.id ?? "" });
  await updateUser(deps, { actorId: silent?.id ?? "", whoCanMessage: "nobody", whoCanGroup: "nobody" });
  for (const userId of [...others.map((person) => person.id), "12345"]) {
    await refused(openConversation(deps, { actorId: ann.id, userId }), "chat.unreachable");
    await refused(createGroup(deps, { actorId: ann.id, userIds: [userId], title: "a group" }), "chat.unreachable");
  }
});

test("a block takes the conversation out of both lists and badges, and an unblock brings it back", async () => {
  const { ann, bob, id } = await openPair();
  await block(deps, { blockerId: ann.id, blockedId: bob.id });
  for (const person of [ann, bob]) {
    expect(await counts(person)).toEqual({ unread: 0, requests: 0 });
    await refused(read(person, id), "chat.notFound");
    await refused(send(person, id, "still there?"), "chat.unreachable");
  }
  await deleteBlock(deps, { actorId: ann.id, userId: bob.id });
  expect((await read(ann, id)).items).toMatchObject([{ text: "hello" }, { text: "hi" }]);
  expect(await counts(ann)).toEqual({ unread: 1, requests: 0 });
});

test("in a group, what the other side of a block says is folded and counts for nothing", async () => {
  const [ann, bob, cat] = [await createPerson(deps), await createPerson(deps), await createPerson(deps)];
  const id = await openGroup([ann, bob, cat]);
  await send(bob, id, "before");
  await block(deps, { blockerId: cat.id, blockedId: bob.id });
  expect(await see(cat, id)).toMatchObject({ unreadCount: 0 });
  await send(bob, id, "after");
  expect(await see(cat, id)).toMatchObject({ unreadCount: 0, lastMessage: { sender: null, text: null } });
  expect(await see(ann, id)).toMatchObject({ unreadCount: 2 });
  await deleteBlock(deps, { actorId: cat.id, userId: bob.id });
  expect(await see(cat, id)).toMatchObject({ unreadCount: 2 });
});

test("a suspension hides the conversation from the other, history kept", async () => {
  const { ann, bob, id } = await openPair();
  await suspend(deps, { userId: bob.id });
  await refused(see(ann, id), "chat.notFound");
  expect(await counts(ann)).toEqual({ unread: 0, requests: 0 });
  await unsuspend(deps, { userId: bob.id });
  expect(await see(ann, id)).toMatchObject({ unreadCount: 1 });
});

test("only the sender edits, anybody who takes part reacts, and each of it is one change", async () => {
  const { ann, bob, id } = await openPair();
  const name = { conversationId: id, seq: 1 };
  await refused(editMessage(deps, { ...name, actorId: bob.id, text: "mine" }), "chat.forbidden");
  const edited = await editMessage(deps, { ...name, actorId: ann.id, text: "hello there" });
  expect(await editMessage(deps, { ...name, actorId: ann.id, text: "hello there" })).toEqual(edited);
  await reactToMessage(deps, { ...name, actorId: bob.id, reaction: "🌊" });
  const again = await reactToMessage(deps, { ...name, actorId: bob.id, reaction: "🌊" });
  expect(again).toMatchObject({ reactions: [{ reaction: "🌊", count: 1, isMine: true }], rev: 3 });
  expect(await reactToMessage(deps, { ...name, actorId: bob.id, reaction: null })).toMatchObject({ reactions: [] });
});

test("a shared post is drawn by each viewer's own right", async () => {
  const { ann, bob, id } = await openPair();
  const cat = await createPerson(deps);
  const post = await createPost(deps, { authorId: cat.id, visibility: "followers" });
  await follow(deps, { followerId: ann.id, followeeId: cat.id });
  const sent = await send(ann, id, "look", { postId: post.id });
  expect(sent.post).toEqual(await presentPost(deps, { viewerId: ann.id, postId: post.id }));
  expect((await read(bob, id)).items.at(-1)).toMatchObject({ post: null, isPostUnavailable: true, text: "look" });
  await refused(send(bob, id, "look", { postId: post.id }), "post.notFound");
});

test("14 sends that race leaving, blocking, accepting and deleting end in a possible state or a typed error", async () => {
  for (let round = 0; round < 6; round += 1) {
    const { ann, bob, id } = await openPair();
    const rivals = [
      () => leaveConversation(deps, { actorId: bob.id, conversationId: id }),
      () => block(deps, { blockerId: bob.id, blockedId: ann.id }),
      () => deleteMessage(deps, { actorId: ann.id, conversationId: id, seq: 1 }),
    ];
    const results = await Promise.allSettled([send(ann, id, "one"), rivals[round % 3]?.(), send(bob, id, "two")]);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: expect.stringMatching(/^chat\./) });
    }
  }
});

test("the audit mends a count that was tampered with, and leaves right ones alone", async () => {
  const { ann, id } = await openPair();
  const tamper = statement<never>("test.tamper", `update conversation_members set unread = 7 where user_id = $1`);
  await deps.db.sql.run(tamper, [ann.id]);
  await mendCounters(deps, { ranges: 1_000 });
  expect(await see(ann, id)).toMatchObject({ unreadCount: 1 });
});

test("a removed member is out at once, and may be asked again", async () => {
  const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  const id = await openGroup([ann, bob]);
  await removeMember(deps, { actorId: ann.id, conversationId: id, userId: bob.id });
  await refused(send(bob, id, "but"), "chat.notFound");
  await addMembers(deps, { actorId: ann.id, conversationId: id, userIds: [bob.id] });
  expect(await see(bob, id)).toMatchObject({ state: "request" });
});
