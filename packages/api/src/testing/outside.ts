// What tests of mails and pushes do: something happens, its facts go to their jobs by hand, time passes.
import { type Statement, statement } from "@pixora/db";
import type { Fact, FactName } from "@pixora/jobs";
import { createComment } from "../comment/comment.service.ts";
import { likePost, unlikePost } from "../like/like.service.ts";
import { notifyComments, notifyLikes } from "../notification/notification.notify.ts";
import type { Clock, Deps } from "../platform/process/deps.ts";
import { subscribe } from "../push/push.service.ts";
import { startSession } from "../session/session.service.ts";
import { createBrowser, type TestBrowser } from "./push-sink.ts";

/** A clock that tests move. */
export interface TestClock extends Clock {
  pass(ms: number): void;
}

export function createClock(start = new Date()): TestClock {
  let nowMs = start.getTime();
  return {
    now: () => new Date(nowMs),
    pass(ms) {
      nowMs += ms;
    },
  };
}

const takeStatement: Statement<{ id: string; payload: unknown }> = statement(
  "test.takeFacts",
  `delete from outbox where fact = $1 returning id, payload`,
);

/** Takes the stored facts of a name out of the outbox, as a job would get them. */
export async function takeFacts<F extends FactName>(deps: Deps, fact: F): Promise<Fact<F>[]> {
  const rows = await deps.db.sql.many(takeStatement, [fact]);
  return rows.map((row) => ({ ...row, fact }) as Fact<F>);
}

const readStatement: Statement<{ id: string; payload: unknown }> = statement(
  "test.readFacts",
  `select id, payload from outbox where fact = $1 order by id`,
);

/** The stored facts of a name, for a job that ends them itself. */
async function readFacts<F extends FactName>(deps: Deps, fact: F): Promise<Fact<F>[]> {
  const rows = await deps.db.sql.many(readStatement, [fact]);
  return rows.map((row) => ({ ...row, fact }) as Fact<F>);
}

/** Likes a post, and has it told in the app. */
export async function like(deps: Deps, input: { actorId: string; postId: string }): Promise<void> {
  await likePost(deps, input);
  await notifyLikes(deps, { facts: await readFacts(deps, "like.created") });
}

/** Takes a like back, in the app too. */
export async function unlike(deps: Deps, input: { actorId: string; postId: string }): Promise<void> {
  await unlikePost(deps, input);
  await notifyLikes(deps, { facts: await readFacts(deps, "like.deleted") });
}

/** Comments on a post, and has it told in the app. */
export async function comment(
  deps: Deps,
  input: { actorId: string; postId: string; text?: string },
): Promise<{ id: string }> {
  const made = await createComment(deps, { text: "a comment", ...input });
  await notifyComments(deps, { facts: await readFacts(deps, "comment.created") });
  return made;
}

/** A signed-in device of a person; answers its session. */
export async function signInDevice(deps: Deps, input: { userId: string }): Promise<string> {
  const device = { deviceName: "a browser", userAgent: "test", ip: "127.0.0.1" };
  const session = await startSession(deps.db.sql, { ...input, device, places: [], now: deps.clock.now() });
  return session.id;
}

/** A browser of a person that is to be rung at an endpoint, in a session of its own. */
export async function openBrowser(
  deps: Deps,
  input: { userId: string; endpoint: string },
): Promise<TestBrowser & { sessionId: string }> {
  const browser = createBrowser();
  const sessionId = await signInDevice(deps, input);
  await subscribe(deps, { actorId: input.userId, sessionId, endpoint: input.endpoint, keys: browser.keys });
  return { ...browser, sessionId };
}

export interface DeliveryRow {
  channel: string;
  causeKey: string;
  state: string;
  attempts: number;
  error: string | null;
}

const deliveriesStatement: Statement<DeliveryRow> = statement(
  "test.deliveries",
  `select channel, cause_key as "causeKey", state, attempts, error from deliveries where user_id = $1 order by id`,
);

/** What is kept of a person's mails and pushes. */
export function listDeliveries(deps: Deps, input: { userId: string }): Promise<DeliveryRow[]> {
  return deps.db.sql.many(deliveriesStatement, [input.userId]);
}
