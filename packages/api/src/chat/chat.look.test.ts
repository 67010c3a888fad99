// What members see of each other as it happens, and what only they see: typing, read marks, pictures; who may write first.
import { afterAll, beforeAll, expect, test } from "vitest";
import { streamConversationEvents } from "../live/live.stream.ts";
import { openPair as openTestPair, sendAs } from "../testing/conversations.ts";
import {
  createPerson,
  createSession,
  openTestDeps,
  type TestDeps,
  type TestPerson,
  waitFor,
} from "../testing/index.ts";
import { uploadPicture } from "../testing/pictures.ts";
import { listMessages } from "./chat.list.ts";
import { acceptConversation } from "./chat.member.ts";
import { openConversation } from "./chat.open.ts";
import { markConversationRead } from "./chat.read.ts";
import { setTyping } from "./chat.typing.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
  await waitFor("redis", () => deps.redis.cache.status === "ready");
});
afterAll(() => deps.close());

const send = (person: TestPerson, conversationId: string, said: object) => sendAs(deps, person, conversationId, said);

async function openPair() {
  const pair = await openTestPair(deps);
  await send(pair.ann, pair.id, { text: "hello" });
  await send(pair.bob, pair.id, { text: "hi" });
  return pair;
}

test("a picture in a message has signed addresses for its members, and none for a stranger", async () => {
  const { ann, bob, id } = await openPair();
  const picture = await uploadPicture(deps, { ownerId: ann.id, purpose: "message" });
  const sent = await send(ann, id, { text: "", media: [{ mediaId: picture.id, alt: "a lake" }] });
  const { items } = await listMessages(deps, { viewerId: bob.id, conversationId: id, limit: 10 });
  const [shown] = items.find(({ seq }) => seq === sent.seq)?.media ?? [];
  expect(shown).toMatchObject({ id: picture.id, alt: "a lake" });
  expect(shown?.expiresAt).not.toBeNull();
  expect(Date.parse(shown?.expiresAt ?? "") - Date.now()).toBeLessThanOrEqual(10 * 60_000);
  const plain = new URL(shown?.url ?? "", "http://localhost");
  expect(plain.search).not.toBe("");
  const stranger = await createPerson(deps);
  await expect(listMessages(deps, { viewerId: stranger.id, conversationId: id, limit: 10 })).rejects.toMatchObject({
    code: "chat.notFound",
  });
  await expect(send(ann, id, { text: "", media: [{ mediaId: picture.id }] })).rejects.toMatchObject({
    code: "media.notReady",
  });
});

test("a picture that a stranger sends is not shown before the request is accepted: nothing but its placeholder", async () => {
  const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  const { id } = await openConversation(deps, { actorId: ann.id, userId: bob.id });
  const picture = await uploadPicture(deps, { ownerId: ann.id, purpose: "message" });
  await send(ann, id, { text: "", media: [{ mediaId: picture.id }] });
  const shown = async () => {
    const { items } = await listMessages(deps, { viewerId: bob.id, conversationId: id, limit: 10 });
    return items[0]?.media[0];
  };
  expect(await shown()).toMatchObject({ id: picture.id, url: "", variants: [], expiresAt: null });
  await acceptConversation(deps, { actorId: bob.id, conversationId: id });
  expect((await shown())?.url).not.toBe("");
});

test("whoever looks on hears who types, once in a while, and how far others have read; nobody else does", async () => {
  const { ann, bob, id } = await openPair();
  const stranger = await createPerson(deps);
  const stop = new AbortController();
  const told: unknown[] = [];
  const look = async (person: TestPerson) => {
    const sessionId = (await createSession(deps, { userId: person.id })).id;
    const viewer = { userId: person.id, sessionId };
    return streamConversationEvents(deps, {
      viewer,
      conversationId: id,
      signal: stop.signal,
      onOverflow: () => undefined,
    });
  };
  const events = await look(bob);
  const ended = (async () => {
    for await (const event of events) told.push(event);
  })();
  await waitFor("the marks", () => told.length === 2);
  const marks = told.length;
  await setTyping(deps, { actorId: ann.id, conversationId: id });
  await setTyping(deps, { actorId: ann.id, conversationId: id });
  await setTyping(deps, { actorId: bob.id, conversationId: id });
  await markConversationRead(deps, { actorId: ann.id, conversationId: id, upToSeq: 2 });
  await waitFor("the mark", () => told.some((event) => JSON.stringify(event).includes('"readUpTo":2')));
  expect(told.slice(marks)).toEqual([
    { type: "typing", user: expect.objectContaining({ id: ann.id }) },
    { type: "read", userId: ann.id, readUpTo: 2 },
  ]);
  await expect(setTyping(deps, { actorId: stranger.id, conversationId: id })).rejects.toMatchObject({
    code: "chat.notFound",
  });
  stop.abort();
  await ended;
});

test("a new account may only answer; a day later it may write first", async () => {
  let nowMs = Date.now();
  const strict: TestDeps = {
    ...deps,
    clock: { now: () => new Date(nowMs) },
    config: { ...deps.config, CHAT_MIN_ACCOUNT_HOURS: 24 },
  };
  const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  const open = () => openConversation(strict, { actorId: ann.id, userId: bob.id });
  await expect(open()).rejects.toMatchObject({ code: "chat.answerOnly" });
  const { id } = await openConversation(deps, { actorId: bob.id, userId: ann.id });
  await send(bob, id, { text: "hello" });
  expect(await send(ann, id, { text: "an answer" })).toMatchObject({ seq: 2 });
  const cleo = await createPerson(deps);
  const openOther = () => openConversation(strict, { actorId: ann.id, userId: cleo.id });
  await expect(openOther()).rejects.toMatchObject({ code: "chat.answerOnly" });
  nowMs += 25 * 3_600_000;
  expect(await openOther()).toHaveProperty("id");
});
