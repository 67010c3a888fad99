// Pushes about messages: what waits until it is seen that nobody has read it, and who is not rung at all.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { updateConversation } from "../chat/chat.group.ts";
import { acceptConversation } from "../chat/chat.member.ts";
import { deleteMessage } from "../chat/chat.message.ts";
import { openConversation } from "../chat/chat.open.ts";
import { markConversationRead } from "../chat/chat.read.ts";
import { retryDeliveries } from "../delivery/delivery.upkeep.ts";
import { openPair, sendAs } from "../testing/conversations.ts";
import { block, createPerson, mute, openTestDeps, suspend, type TestDeps, type TestPerson } from "../testing/index.ts";
import { createClock, listDeliveries, openBrowser, type TestClock, takeFacts } from "../testing/outside.ts";
import { openPushSink, type PushSink } from "../testing/push-sink.ts";
import { ringMembers } from "./push.message.ts";

let clock: TestClock;
let deps: TestDeps;
let sink: PushSink;
let ann: TestPerson;
let bob: TestPerson;
let conversationId: string;
let browser: Awaited<ReturnType<typeof openBrowser>>;

beforeAll(async () => {
  clock = createClock();
  deps = await openTestDeps({ clock, env: { PUSH_ALLOW_LOOPBACK: "true" } });
  sink = await openPushSink();
});
afterAll(async () => {
  await sink.close();
  await deps.close();
});

beforeEach(async () => {
  sink.pushes = [];
  sink.answer = 201;
  await deps.db.pool.query("truncate deliveries, outbox");
  ({ ann, bob, id: conversationId } = await openPair(deps));
  browser = await openBrowser(deps, { userId: bob.id, endpoint: `${sink.url}/browser/${bob.id}` });
});

const send = (person: TestPerson, text: string) => sendAs(deps, person, conversationId, text);

/** What the worker does some seconds after the messages; answers the facts. */
async function ringLater() {
  const facts = await takeFacts(deps, "message.created");
  await ringMembers(deps, { facts });
  return facts;
}
const rung = () => sink.pushes.map((push) => browser.read(push.body));

test("a message that was not read rings every browser of its receiver once, whatever runs twice", async () => {
  await send(ann, "are you there?");
  const facts = await ringLater();
  await Promise.all([ringMembers({ ...deps }, { facts }), ringMembers({ ...deps }, { facts })]);
  expect(rung()).toEqual([
    {
      type: "MESSAGE",
      title: ann.handle,
      body: "are you there?",
      tag: `conversation/${conversationId}`,
      conversationId,
      seq: 1,
      actorHandle: ann.handle,
    },
  ]);
  expect(await listDeliveries(deps, { userId: bob.id })).toMatchObject([
    { channel: "push", state: "sent", causeKey: `message/${conversationId}/1` },
  ]);
});

test("a message that was read by then does not ring; nor does anything ring its sender", async () => {
  await openBrowser(deps, { userId: ann.id, endpoint: `${sink.url}/browser/${ann.id}` });
  const { seq } = await send(ann, "hello");
  await markConversationRead(deps, { actorId: bob.id, conversationId, upToSeq: seq });
  expect(await ringLater()).toHaveLength(1);
  expect(sink.pushes).toEqual([]);
});

test("of messages in a row the last one rings alone, in one list of facts and in several", async () => {
  for (const text of ["one", "two", "three"]) await send(ann, text);
  const facts = await takeFacts(deps, "message.created");
  expect(facts).toHaveLength(3);
  for (const fact of facts) await ringMembers(deps, { facts: [fact] });
  await ringMembers(deps, { facts });
  expect(rung()).toMatchObject([{ body: "three", seq: 3 }]);
});

test("whoever writes without a pause does not keep the bell silent for ever", async () => {
  await send(ann, "one");
  await send(ann, "two");
  await deps.db.pool.query(
    "update messages set id = id - (40000::bigint << 22) where conversation_id = $1 and seq = 1",
    [conversationId],
  );
  const facts = await takeFacts(deps, "message.created");
  for (const fact of facts) await ringMembers(deps, { facts: [fact] });
  expect(rung()).toMatchObject([{ seq: 1 }, { seq: 2 }]);
});

test("a message that took the place of another and was taken back gives it back", async () => {
  await send(ann, "one");
  await send(ann, "two");
  const [first, second] = await takeFacts(deps, "message.created");
  if (first === undefined || second === undefined) throw new Error("two facts were expected");
  await ringMembers(deps, { facts: [first] });
  expect(sink.pushes).toEqual([]);
  await deleteMessage(deps, { actorId: ann.id, conversationId, seq: 2 });
  await ringMembers(deps, { facts: [second] });
  expect(rung()).toMatchObject([{ body: "one", seq: 1 }]);
});

test.each<[string, () => Promise<unknown>]>([
  ["a conversation that is muted", () => updateConversation(deps, { actorId: bob.id, conversationId, isMuted: true })],
  ["somebody who is muted", () => mute(deps, { muterId: bob.id, mutedId: ann.id })],
  ["somebody who is blocked", () => block(deps, { blockerId: bob.id, blockedId: ann.id })],
  ["somebody who blocks", () => block(deps, { blockerId: ann.id, blockedId: bob.id })],
  ["somebody who is suspended", () => suspend(deps, { userId: ann.id })],
])("%s does not ring, though it became so after the message", async (_, change) => {
  await send(ann, "hello");
  await change();
  expect(await ringLater()).toHaveLength(1);
  expect(sink.pushes).toEqual([]);
});

test("a request does not ring, and no fact waits for it; once it is accepted, what comes does", async () => {
  const cleo = await createPerson(deps);
  conversationId = (await openConversation(deps, { actorId: cleo.id, userId: bob.id })).id;
  await send(cleo, "hello");
  expect(await ringLater()).toEqual([]);
  await acceptConversation(deps, { actorId: bob.id, conversationId });
  await send(cleo, "thank you");
  await ringLater();
  expect(rung()).toMatchObject([{ body: "thank you" }]);
});

test("a push service that was busy is asked again by the same fact, and not once the message was read", async () => {
  sink.answer = 503;
  const { seq } = await send(ann, "hello");
  await ringLater();
  sink.answer = 201;
  clock.pass(60_000);
  await retryDeliveries(deps);
  await markConversationRead(deps, { actorId: bob.id, conversationId, upToSeq: seq });
  expect(await ringLater()).toMatchObject([{ payload: { conversationId, seq } }]);
  expect(sink.pushes).toHaveLength(1);
});
