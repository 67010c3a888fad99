// Personal streams: nothing lost, nothing twice, in order; across drops, lost hints, trims and revocations.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hintPeople, hintRevoked } from "../log/log.hint.ts";
import { trimLog } from "../log/log.trim.ts";
import { markRead, markSeen } from "../notification/notification.service.ts";
import { openInbox } from "../testing/inbox.ts";
import {
  addLogEntries,
  createPerson,
  createPost,
  createSession,
  endSession,
  hidePost,
  openTestDeps,
  suspend,
  type TestDeps,
  type TestPerson,
  waitFor,
} from "../testing/index.ts";
import type { SentEvent } from "./live.personal.round.ts";
import { streamPersonalEvents } from "./live.stream.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

const run = (text: string, values: unknown[]) => deps.db.sql.many(statement<{ id: string }>("test", text), values);

/** A client: collects what its stream sends. */
async function listen(person: TestPerson, options: { lastEventId?: string; sessionId?: string } = {}) {
  const sessionId = options.sessionId ?? (await createSession(deps, { userId: person.id })).id;
  const abort = new AbortController();
  const events: SentEvent[] = [];
  const stream = streamPersonalEvents(deps, {
    viewer: { userId: person.id, sessionId },
    lastEventId: options.lastEventId ?? null,
    signal: abort.signal,
  });
  const ended = (async () => {
    for await (const event of stream) events.push(event);
  })();
  const types = () => events.map(({ event }) => event.type);
  return { events, types, sessionId, ended, drop: () => abort.abort() };
}

async function likeMany(author: TestPerson, times: number): Promise<void> {
  const post = await createPost(deps, { authorId: author.id });
  for (let index = 0; index < times; index += 1) await openInbox(deps).like(await createPerson(deps), post.id);
}

test("a stream says ready, then tells what happens, with the counts of then", async () => {
  const ann = await createPerson(deps);
  const client = await listen(ann);
  await waitFor("ready", () => client.events.length === 1);
  expect(client.events[0]).toEqual({
    id: "0",
    event: { type: "ready", counts: { unread: 0, unseen: 0, conversations: 0, requests: 0 } },
  });
  await likeMany(ann, 2);
  await waitFor("two events", () => client.events.length === 3, { timeoutMs: 2_000 });
  expect(client.events.slice(1)).toMatchObject([
    { id: "1", event: { type: "notification.created", notification: { type: "LIKE" } } },
    {
      id: "2",
      event: { type: "notification.created", counts: { unread: 2, unseen: 2, conversations: 0, requests: 0 } },
    },
  ]);
  client.drop();
  await client.ended;
});

test("marks reach the person's other devices, as they were said", async () => {
  const ann = await createPerson(deps);
  const client = await listen(ann);
  await waitFor("ready", () => client.types().includes("ready"));
  await likeMany(ann, 1);
  await waitFor("the like", () => client.types().includes("notification.created"));
  const created = client.events.at(-1)?.event;
  const id = created?.type === "notification.created" ? created.notification.id : "";
  await markSeen(deps, { actorId: ann.id, upToId: id });
  await markRead(deps, { actorId: ann.id, which: { ids: [id] } });
  await markRead(deps, { actorId: ann.id, which: { ids: [id] } });
  await waitFor("both marks", () => client.events.length >= 4);
  expect(client.events.slice(2).map(({ event }) => event)).toEqual([
    { type: "notification.seen", upToId: id, counts: expect.anything() },
    {
      type: "notification.read",
      marked: { ids: [id] },
      counts: { unread: 0, unseen: 0, conversations: 0, requests: 0 },
    },
  ]);
  client.drop();
});

test("a dropped client gets exactly what it missed, then ready, then the rest", async () => {
  const ann = await createPerson(deps);
  const first = await listen(ann);
  await likeMany(ann, 2);
  await waitFor("two events", () => first.events.length === 3);
  first.drop();
  await first.ended;
  await likeMany(ann, 3);
  const second = await listen(ann, { lastEventId: "2" });
  await waitFor("ready", () => second.types().includes("ready"));
  await likeMany(ann, 1);
  await waitFor("the last", () => second.events.length === 5);
  expect(second.events.map(({ id, event }) => [id, event.type])).toEqual([
    ["3", "notification.created"],
    ["4", "notification.created"],
    ["5", "notification.created"],
    ["5", "ready"],
    ["6", "notification.created"],
  ]);
  second.drop();
});

test("hundreds of missed events come in order, while new ones arrive", async () => {
  const ann = await createPerson(deps);
  await addLogEntries(deps, { userId: ann.id, count: 450 });
  const client = await listen(ann, { lastEventId: "0" });
  await likeMany(ann, 3);
  await waitFor("all", () => client.events.length === 454);
  const numbered = client.events.filter(({ event }) => event.type !== "ready").map(({ id }) => Number(id));
  expect(numbered).toEqual(Array.from({ length: 453 }, (_, index) => index + 1));
  client.drop();
});

test("past the horizon, and for an id that the log never gave, a stream begins with resync", async () => {
  const ann = await createPerson(deps);
  await likeMany(ann, 3);
  await run("update live_log set created_at = now() - interval '8 days' where user_id = $1 and seq <= 2", [ann.id]);
  await trimLog(deps);
  for (const lastEventId of ["0", "1", "4", "999999999999999999999", "nonsense"]) {
    const client = await listen(ann, { lastEventId });
    await waitFor("ready", () => client.types().includes("ready"));
    expect(client.events.map(({ id, event }) => [id, event.type])).toEqual([
      ["3", "resync"],
      ["3", "ready"],
    ]);
    client.drop();
  }
  const client = await listen(ann, { lastEventId: "2" });
  await waitFor("ready", () => client.types().includes("ready"));
  expect(client.types()).toEqual(["notification.created", "ready"]);
  client.drop();
});

test("an event whose subject is gone when it is sent comes as removed, under its own id", async () => {
  const ann = await createPerson(deps);
  await likeMany(ann, 2);
  const [post] = await run("select id from posts where author_id = $1", [ann.id]);
  await hidePost(deps, { postId: post?.id ?? "" });
  const client = await listen(ann, { lastEventId: "0" });
  await waitFor("ready", () => client.types().includes("ready"));
  expect(client.events.map(({ id, event }) => [id, event.type])).toEqual([
    ["1", "notification.removed"],
    ["2", "notification.removed"],
    ["2", "ready"],
  ]);
  client.drop();
});

test("a lost hint delays an event by seconds, no more", async () => {
  const ann = await createPerson(deps);
  const client = await listen(ann);
  await waitFor("ready", () => client.types().includes("ready"));
  const silent = { ...deps, pubsub: { ...deps.pubsub, publish: () => undefined } };
  await markSeen(silent, { actorId: ann.id, upToId: "1" });
  await addLogEntries(deps, { userId: ann.id, count: 1 });
  await waitFor("the event", () => client.types().includes("notification.seen"), { timeoutMs: 5_000 });
  client.drop();
});

test("a revoked session hears session.revoked and nothing more, hinted or not", async () => {
  const ann = await createPerson(deps);
  const [hinted, swept, kept] = [await listen(ann), await listen(ann), await listen(ann)];
  await waitFor("ready", () => [hinted, swept, kept].every((client) => client.types().includes("ready")));
  await endSession(deps, { sessionId: hinted.sessionId });
  hintRevoked(deps, { userId: ann.id, sessionId: hinted.sessionId });
  await hinted.ended;
  expect(hinted.events.at(-1)).toEqual({ id: "0", event: { type: "session.revoked", sessionId: hinted.sessionId } });

  await endSession(deps, { sessionId: swept.sessionId });
  await likeMany(ann, 1);
  await swept.ended;
  expect(swept.types()).toEqual(["ready", "session.revoked"]);
  await waitFor("the like", () => kept.types().includes("notification.created"));

  await suspend(deps, { userId: ann.id });
  await kept.ended;
  expect(kept.types().at(-1)).toBe("session.revoked");
});

test("a slow reader holds back a bounded number of events, and gets all of them in order when it reads on", async () => {
  const ann = await createPerson(deps);
  const sessionId = (await createSession(deps, { userId: ann.id })).id;
  const abort = new AbortController();
  const viewer = { userId: ann.id, sessionId };
  const stream = streamPersonalEvents(deps, { viewer, lastEventId: null, signal: abort.signal });
  expect((await stream.next()).value?.event.type).toBe("ready");
  await addLogEntries(deps, { userId: ann.id, count: 1_500 });
  hintPeople(deps, { positions: [{ userId: ann.id, seq: "1500" }] });
  const ids: number[] = [];
  while (ids.length < 1_500) ids.push(Number((await stream.next()).value?.id));
  expect(ids).toEqual(Array.from({ length: 1_500 }, (_, index) => index + 1));
  abort.abort();
  await stream.return();
});

test("a slow reader whose session ends hears so next, and none of what was waiting", async () => {
  const ann = await createPerson(deps);
  const sessionId = (await createSession(deps, { userId: ann.id })).id;
  const viewer = { userId: ann.id, sessionId };
  const { signal } = new AbortController();
  const stream = streamPersonalEvents(deps, { viewer, lastEventId: null, signal });
  expect((await stream.next()).value?.event.type).toBe("ready");
  await addLogEntries(deps, { userId: ann.id, count: 1_500 });
  hintPeople(deps, { positions: [{ userId: ann.id, seq: "1500" }] });
  for (let n = 1; n <= 3; n += 1) expect((await stream.next()).value?.id).toBe(String(n));
  // Long enough for as much to wait as ever may.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await endSession(deps, { sessionId });
  hintRevoked(deps, { userId: ann.id, sessionId });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect((await stream.next()).value).toEqual({ id: "3", event: { type: "session.revoked", sessionId } });
  expect((await stream.next()).done).toBe(true);
});
