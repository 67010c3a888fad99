// Pushes to a real push service on this machine: one a browser and cause, whatever runs twice.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { setQuiet, updatePreferences } from "../notification/notification.preference.ts";
import { revokeSession } from "../session/session.service.ts";
import { createPerson, createPost, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { comment, like, listDeliveries, openBrowser, takeFacts, unlike } from "../testing/outside.ts";
import { openPushSink, type PushSink } from "../testing/push-sink.ts";
import { sendPushes } from "./push.send.ts";
import { subscribe } from "./push.service.ts";

let deps: TestDeps;
let sink: PushSink;
let ann: TestPerson;
let bob: TestPerson;
let postId: string;
let serial = 0;

beforeAll(async () => {
  deps = await openTestDeps({ env: { PUSH_ALLOW_LOOPBACK: "true" } });
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

describe("a like", () => {
  test("rings every browser of the author once, with words that only this browser can read", async () => {
    const [one, other] = [await openOne(), await openOne()];
    await like(deps, { actorId: bob.id, postId });
    await send();
    expect(sink.pushes).toHaveLength(2);
    const [first, second] = sink.pushes.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    expect(one.read(first?.body ?? Buffer.alloc(0))).toEqual({
      type: "LIKE",
      title: bob.handle,
      body: "liked your post: “the sea”",
      tag: expect.stringContaining(`LIKE/${postId}/`),
      postId,
      commentId: null,
      actorHandle: bob.handle,
    });
    expect(other.read(second?.body ?? Buffer.alloc(0))).toMatchObject({ type: "LIKE" });
    expect(() => other.read(first?.body ?? Buffer.alloc(0))).toThrow();
    expect(first?.headers).toMatchObject({
      "content-encoding": "aes128gcm",
      ttl: "86400",
      authorization: expect.stringMatching(/^vapid t=[\w.-]+, k=[\w-]{87}$/),
      topic: expect.stringMatching(/^[\w-]{32}$/),
    });
  });

  test("rings once though its job runs many times at once, and again later", async () => {
    await openOne();
    await like(deps, { actorId: bob.id, postId });
    const facts = await takeFacts(deps, "notification.pushRequested");
    // As other processes would: nothing in memory is shared.
    const workers = Array.from({ length: 8 }, () => ({ ...deps }));
    await Promise.all(workers.flatMap((worker) => [sendPushes(worker, { facts }), sendPushes(worker, { facts })]));
    await sendPushes(deps, { facts });
    expect(sink.pushes).toHaveLength(1);
    expect(await statesOf(ann)).toEqual(["sent"]);
  });

  test("undone and done again does not ring twice; undone before it left, it does not ring at all", async () => {
    await openOne();
    await like(deps, { actorId: bob.id, postId });
    await send();
    await unlike(deps, { actorId: bob.id, postId });
    await like(deps, { actorId: bob.id, postId });
    await send();
    expect(sink.pushes).toHaveLength(1);
    const cleo = await createPerson(deps);
    await like(deps, { actorId: cleo.id, postId });
    await unlike(deps, { actorId: cleo.id, postId });
    expect(await send()).toHaveLength(1);
    expect(sink.pushes).toHaveLength(1);
  });

  test("of somebody without a browser asks for nothing", async () => {
    await like(deps, { actorId: bob.id, postId });
    expect(await send()).toEqual([]);
  });
});

describe("who is not rung", () => {
  test("who wants no push of the type, whoever does not follow back where only those count, and of quiet posts", async () => {
    await openOne();
    await updatePreferences(deps, { actorId: ann.id, changes: { types: { LIKE: { push: false } } } });
    await like(deps, { actorId: bob.id, postId });
    await updatePreferences(deps, { actorId: ann.id, changes: { types: { COMMENT: { from: "following" } } } });
    await comment(deps, { actorId: bob.id, postId });
    await setQuiet(deps, { actorId: ann.id, postId, isQuiet: true });
    await comment(deps, { actorId: bob.id, postId });
    await send();
    expect(sink.pushes).toEqual([]);
  });

  test("who turned it off before the push left", async () => {
    await openOne();
    await like(deps, { actorId: bob.id, postId });
    await updatePreferences(deps, { actorId: ann.id, changes: { types: { LIKE: { push: false } } } });
    await send();
    expect(sink.pushes).toEqual([]);
  });

  test("a browser whose session has ended", async () => {
    const { sessionId } = await openOne();
    await like(deps, { actorId: bob.id, postId });
    await revokeSession(deps, { actorId: ann.id, sessionId });
    await send();
    expect(sink.pushes).toEqual([]);
  });
});

test("what is off in the app may still ring, once", async () => {
  await openOne();
  await updatePreferences(deps, { actorId: ann.id, changes: { types: { LIKE: { inApp: false } } } });
  await like(deps, { actorId: bob.id, postId });
  await send();
  await unlike(deps, { actorId: bob.id, postId });
  await like(deps, { actorId: bob.id, postId });
  await send();
  expect(sink.pushes).toHaveLength(1);
});

test("a browser whose keys are none is forgotten", async () => {
  const endpoint = `${sink.url}/none`;
  const { sessionId } = await openOne();
  await deps.db.pool.query("delete from push_subscriptions");
  // Of the right length, and no point of the curve.
  const keys = { p256dh: Buffer.alloc(65, 4).toString("base64url"), auth: Buffer.alloc(16).toString("base64url") };
  await subscribe(deps, { actorId: ann.id, sessionId, endpoint, keys });
  await like(deps, { actorId: bob.id, postId });
  await send();
  expect(await statesOf(ann)).toEqual(["skipped"]);
  expect((await deps.db.pool.query("select from push_subscriptions")).rowCount).toBe(0);
});
