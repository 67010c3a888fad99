// Conversations of two: opening, sending, reading. Numbers without gaps, one message a key, counts that are those of the rows.
import { afterAll, beforeAll, expect, test } from "vitest";
import { streamPersonalEvents } from "../live/live.stream.ts";
import { countNotifications } from "../notification/notification.service.ts";
import { openPair as openTestPair, sendAs } from "../testing/conversations.ts";
import {
  createPerson,
  createSession,
  openTestDeps,
  type TestDeps,
  type TestPerson,
  waitFor,
} from "../testing/index.ts";
import { countConversations, listConversations, listMessages } from "./chat.list.ts";
import { openConversation } from "./chat.open.ts";
import { markConversationRead } from "./chat.read.ts";
import { presentConversation } from "./chat.view.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

const send = (person: TestPerson, conversationId: string, said: string | object) =>
  sendAs(deps, person, conversationId, said);

/** Two people who follow each other, with their conversation. */
const openPair = () => openTestPair(deps);

test("a conversation is opened, written into and read; counts are those of the rows", async () => {
  const { ann, bob, id } = await openPair();
  expect(await listConversations(deps, { viewerId: bob.id, state: "accepted", limit: 20 })).toMatchObject({
    items: [],
  });
  const first = await send(ann, id, "hello");
  expect(first).toMatchObject({ seq: 1, text: "hello", kind: "text", sender: { id: ann.id }, isSeen: false, rev: 1 });
  await send(ann, id, "are you there?");
  const seen = await presentConversation(deps, { viewerId: bob.id, conversationId: id });
  expect(seen).toMatchObject({ state: "accepted", unreadCount: 2, lastMessage: { seq: 2 }, members: [{ id: ann.id }] });
  expect(await countNotifications(deps, { viewerId: bob.id })).toMatchObject({ conversations: 1, requests: 0 });
  expect(await countConversations(deps, { viewerId: ann.id })).toEqual({ unread: 0, requests: 0 });
  const marked = await markConversationRead(deps, { actorId: bob.id, conversationId: id, upToSeq: 1 });
  expect(marked).toMatchObject({ readUpTo: 1, unreadCount: 1, counts: { conversations: 1 } });
  const again = await markConversationRead(deps, { actorId: bob.id, conversationId: id, upToSeq: 2 });
  expect(again).toMatchObject({ readUpTo: 2, unreadCount: 0, counts: { conversations: 0 } });
  const page = await listMessages(deps, { viewerId: ann.id, conversationId: id, limit: 20 });
  expect(page).toMatchObject({ items: [{ seq: 1, isSeen: true }, { seq: 2 }], hasBefore: false, hasAfter: false });
});

test("3 messages that are sent at once are numbered without gaps, whoever sends them", async () => {
  const { ann, bob, id } = await openPair();
  const sent = await Promise.all(Array.from({ length: 40 }, (_, turn) => send(turn % 2 ? ann : bob, id, `m${turn}`)));
  expect(sent.map(({ seq }) => seq).toSorted((one, other) => one - other)).toEqual(sent.map((_, turn) => turn + 1));
  expect(await presentConversation(deps, { viewerId: ann.id, conversationId: id })).toMatchObject({ unreadCount: 20 });
});

test("5 the same client key twice makes one message, also at once; with other words it is refused", async () => {
  const { ann, id } = await openPair();
  const said = { text: "once", idempotencyKey: "the-key" };
  const [one, other] = await Promise.all([send(ann, id, said), send(ann, id, said)]);
  const third = await send(ann, id, said);
  expect([one.seq, other.seq, third.seq]).toEqual([1, 1, 1]);
  expect(third.idempotencyKey).toBe("the-key");
  await expect(send(ann, id, { ...said, text: "twice" })).rejects.toMatchObject({ code: "idempotency.reused" });
});

test("14 two first messages at once make one conversation", async () => {
  const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  const opened = await Promise.all([
    openConversation(deps, { actorId: ann.id, userId: bob.id }),
    openConversation(deps, { actorId: bob.id, userId: ann.id }),
  ]);
  const [id = ""] = [...new Set(opened.map((view) => view.id))];
  expect(opened.map((view) => view.id)).toEqual([id, id]);
  await Promise.all([send(ann, id, "me first"), send(bob, id, "no, me")]);
  for (const viewerId of [ann.id, bob.id]) {
    const view = await presentConversation(deps, { viewerId, conversationId: id });
    expect(view).toMatchObject({ state: "accepted", unreadCount: 1, lastMessage: { seq: 2 } });
  }
});

test("16 a mark never goes back, and above the last message it is refused", async () => {
  const { ann, bob, id } = await openPair();
  for (const word of ["a", "b", "c"]) await send(ann, id, word);
  await markConversationRead(deps, { actorId: bob.id, conversationId: id, upToSeq: 2 });
  const back = await markConversationRead(deps, { actorId: bob.id, conversationId: id, upToSeq: 1 });
  expect(back).toMatchObject({ readUpTo: 2, unreadCount: 1 });
  const beyond = markConversationRead(deps, { actorId: bob.id, conversationId: id, upToSeq: 4 });
  await expect(beyond).rejects.toMatchObject({ code: "input.invalid" });
});

test("17 pages go both ways and around, and each message is on exactly one", async () => {
  const { ann, bob, id } = await openPair();
  await Promise.all(Array.from({ length: 25 }, (_, turn) => send(ann, id, `m${turn}`)));
  const read = (at: object) => listMessages(deps, { viewerId: bob.id, conversationId: id, limit: 10, ...at });
  const seqs = async (at: object) => (await read(at)).items.map(({ seq }) => seq);
  expect(await seqs({})).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
  expect(await seqs({ before: 6 })).toEqual([1, 2, 3, 4, 5]);
  expect(await seqs({ after: 0 })).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(await read({ around: 12 })).toMatchObject({
    items: [{ seq: 7 }, ...Array(9).fill({})],
    hasBefore: true,
    hasAfter: true,
  });
  expect(await read({ after: 25 })).toEqual({ items: [], hasBefore: true, hasAfter: false });
});

test("3 and 4 what is sent is told in the personal logs of both, and again to whoever was away, each time with the counts of now", async () => {
  const { ann, bob, id } = await openPair();
  const sessionId = (await createSession(deps, { userId: bob.id })).id;
  const abort = new AbortController();
  const events: { id: string; event: { type: string } }[] = [];
  const stream = streamPersonalEvents(deps, {
    viewer: { userId: bob.id, sessionId },
    lastEventId: "0",
    signal: abort.signal,
  });
  await send(ann, id, "while you were away");
  const ended = (async () => {
    for await (const event of stream) events.push(event);
  })();
  await send(ann, id, "and now");
  await waitFor("both", () => events.filter(({ event }) => event.type === "message.created").length === 2);
  await markConversationRead(deps, { actorId: bob.id, conversationId: id, upToSeq: 2 });
  await waitFor("the mark", () => events.some(({ event }) => event.type === "conversation.read"));
  expect(events.filter(({ event }) => event.type !== "ready")).toMatchObject([
    { id: "1", event: { message: { seq: 1, text: "while you were away" }, conversation: { id } } },
    { id: "2", event: { message: { seq: 2 }, conversation: { unreadCount: 2 }, counts: { conversations: 1 } } },
    { id: "3", event: { type: "conversation.read", readUpTo: 2, counts: { conversations: 0 } } },
  ]);
  abort.abort();
  await ended;
});
