// Push services that are busy, gone, broken or hostile, on this machine.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { retryDeliveries } from "../delivery/delivery.upkeep.ts";
import { createPerson, createPost, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import {
  comment,
  createClock,
  like,
  listDeliveries,
  openBrowser,
  type TestClock,
  takeFacts,
} from "../testing/outside.ts";
import { openPushSink, type PushSink } from "../testing/push-sink.ts";
import { sendPushes } from "./push.send.ts";

const minuteMs = 60_000;

let clock: TestClock;
let deps: TestDeps;
let sink: PushSink;
let ann: TestPerson;
let bob: TestPerson;
let postId: string;
let serial = 0;

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
  sink.headers = {};
  await deps.db.pool.query("truncate deliveries, outbox");
  [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  postId = (await createPost(deps, { authorId: ann.id, caption: "the sea" })).id;
});

function openOne(person = ann) {
  serial += 1;
  return openBrowser(deps, { userId: person.id, endpoint: `${sink.url}/browser/${serial}` });
}

/** Sends what is asked for; answers the facts. */
async function send() {
  const facts = await takeFacts(deps, "notification.pushRequested");
  await sendPushes(deps, { facts });
  return facts;
}

const statesOf = async (person: TestPerson) =>
  (await listDeliveries(deps, { userId: person.id })).map((row) => row.state);

test.each([404, 410])("a push service that answers %i is not called for this browser again", async (status) => {
  await openOne();
  sink.answer = status;
  await like(deps, { actorId: bob.id, postId });
  await send();
  expect(await statesOf(ann)).toEqual(["skipped"]);
  sink.answer = 201;
  await comment(deps, { actorId: bob.id, postId });
  await send();
  expect(sink.pushes).toHaveLength(1);
});

test("a push service that is busy is called again after a while, and not before", async () => {
  await openOne();
  sink.answer = 503;
  await like(deps, { actorId: bob.id, postId });
  const facts = await send();
  expect(await statesOf(ann)).toEqual(["waiting"]);
  sink.answer = 201;
  await sendPushes(deps, { facts });
  await retryDeliveries(deps);
  expect(await send()).toEqual([]);
  expect(sink.pushes).toHaveLength(1);
  clock.pass(minuteMs);
  await Promise.all([retryDeliveries(deps), retryDeliveries(deps)]);
  expect(await send()).toHaveLength(1);
  await retryDeliveries(deps);
  expect(await send()).toEqual([]);
  expect(sink.pushes).toHaveLength(2);
  expect(await listDeliveries(deps, { userId: ann.id })).toMatchObject([{ state: "sent", attempts: 2 }]);
});

test("a push service that asks for time gets it", async () => {
  await openOne();
  sink.answer = 429;
  sink.headers = { "retry-after": "600" };
  await like(deps, { actorId: bob.id, postId });
  await send();
  clock.pass(9 * minuteMs);
  await retryDeliveries(deps);
  expect(await send()).toEqual([]);
  clock.pass(minuteMs);
  await retryDeliveries(deps);
  expect(await send()).toHaveLength(1);
});

test("a push service that never takes a push gets it to be given up: a dead letter, which a replay may send", async () => {
  await openOne();
  sink.answer = 429;
  await like(deps, { actorId: bob.id, postId });
  let facts = await send();
  let error: unknown = null;
  for (let round = 0; round < 20 && error === null; round += 1) {
    clock.pass(15 * minuteMs);
    await retryDeliveries(deps);
    facts = await takeFacts(deps, "notification.pushRequested");
    error = (await sendPushes(deps, { facts }).catch((thrown: unknown) => thrown ?? null)) ?? null;
  }
  expect(error).toMatchObject({ name: "ProviderFailedError", message: expect.stringMatching(/deliveries \d+$/) });
  const calls = sink.pushes.length;
  // A worker runs a failing list again in halves: the provider hears nothing of that.
  await expect(sendPushes(deps, { facts })).rejects.toEqual(error);
  expect(sink.pushes).toHaveLength(calls);
  expect(await listDeliveries(deps, { userId: ann.id })).toMatchObject([
    { state: "failed", error: "the push service answered 429" },
  ]);
  sink.answer = 201;
  clock.pass(10 * minuteMs);
  await sendPushes(deps, { facts });
  expect(await statesOf(ann)).toEqual(["sent"]);
});

test("a push service that refuses a push for good, or sends us elsewhere, is not asked again", async () => {
  const elsewhere = await openPushSink();
  await openOne();
  sink.answer = 307;
  sink.headers = { location: `${elsewhere.url}/x` };
  await like(deps, { actorId: bob.id, postId });
  const facts = await send();
  clock.pass(60 * minuteMs);
  await sendPushes(deps, { facts });
  expect([sink.pushes.length, elsewhere.pushes.length]).toEqual([1, 0]);
  expect(await statesOf(ann)).toEqual(["failed"]);
  await elsewhere.close();
});

test("a push service that is not there is tried again; that breaks off a call is not, for nobody knows whether it rang", async () => {
  const broken = await openPushSink();
  broken.answer = "hang";
  const away = await openPushSink();
  await away.close();
  await openBrowser(deps, { userId: ann.id, endpoint: `${broken.url}/x` });
  await openBrowser(deps, { userId: ann.id, endpoint: `${away.url}/x` });
  await like(deps, { actorId: bob.id, postId });
  const sending = send();
  await expect.poll(() => broken.pushes.length).toBe(1);
  expect(await statesOf(ann)).toContain("sending");
  await broken.close();
  const facts = await sending;
  expect((await statesOf(ann)).toSorted()).toEqual(["sending", "waiting"]);
  await sendPushes(deps, { facts });
  expect((await statesOf(ann)).toSorted()).toEqual(["sending", "waiting"]);
});

test("a push service that fails again and again is left alone for a while, and no other is", async () => {
  const broken = await openPushSink();
  broken.answer = 500;
  await openBrowser(deps, { userId: ann.id, endpoint: `${broken.url}/x` });
  await openOne();
  for (let time = 0; time < 8; time += 1) await comment(deps, { actorId: bob.id, postId });
  for (const fact of await takeFacts(deps, "notification.pushRequested")) await sendPushes(deps, { facts: [fact] });
  expect(broken.pushes).toHaveLength(5);
  expect(sink.pushes).toHaveLength(8);
  const waiting = (await listDeliveries(deps, { userId: ann.id })).filter((row) => row.state === "waiting");
  expect(waiting.map((row) => row.attempts).toSorted()).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
  await broken.close();
});
