// Sessions: one row a signed-in device. Promises: whether a session lives is asked of PostgreSQL on every call, in its own
// statement or at the price of one query a tick; ending one is told to every process after commit.

import { randomBytes } from "node:crypto";
import { type Sql, statement, type Tx } from "@pixora/db";
import { hintRevoked } from "../log/log.hint.ts";
import type { SessionRefusal, Viewer } from "../platform/call/context.ts";
import { AppError } from "../platform/call/errors.ts";
import { ok } from "../platform/call/wire.ts";
import { createBatchLoader } from "../platform/flow/batch.ts";
import { runInBatches } from "../platform/flow/run-in-batches.ts";
import type { Deps } from "../platform/process/deps.ts";
import { sessionRefusal } from "../visibility/session.visibility.ts";
import { type Device, deviceNameOf, ipHintOf } from "./session.device.ts";
import type { SessionPageView } from "./session.schema.ts";

/** How long a session lives without being refreshed. */
export const sessionLifeMs = 30 * 24 * 60 * 60_000;

/** What a refresh token is made of. */
export interface SessionRow {
  id: string;
  userId: string;
  generation: number;
  salt: Buffer;
  expiresAt: Date;
}

const insertSession = statement<SessionRow>(
  "session.insertSession",
  `insert into sessions (user_id, salt, device_name, ip_hint, created_at, rotated_at, last_used_at, expires_at, place)
   values ($1, $2, $3, $4, $5, $5, $5, $6, $7)
   returning id, user_id as "userId", generation, salt, expires_at as "expiresAt"`,
);

/** Opens a session in the transaction that proves who asks. Each call opens another. */
export async function startSession(
  tx: Sql,
  input: { userId: string; device: Device; places: readonly Buffer[]; now: Date },
): Promise<SessionRow> {
  const { userId, device, places, now } = input;
  return tx.one(insertSession, [
    userId,
    randomBytes(16),
    deviceNameOf(device),
    ipHintOf(device.ip),
    now,
    new Date(now.getTime() + sessionLifeMs),
    places[0] ?? null,
  ]);
}

interface SessionState {
  id: string;
  userId: string;
  refusal: SessionRefusal | null;
}

const selectStates = statement<SessionState>(
  "session.selectStates",
  `select session.id, session.user_id as "userId",
          ${sessionRefusal({ session: "session", account: "account", now: "$2" })} as refusal
   from sessions session join users account on account.id = session.user_id
   where session.id = any ($1::bigint[])`,
);

/**
 * Makes the check of a process: it throws auth.sessionRevoked unless the viewer's session lives, and auth.suspended for
 * a suspended account. Checks of one tick share one query; nothing is remembered between ticks. Those that may gather
 * wait for the query that is on its way and share the next: under load fewer and larger ones, each as fresh as any.
 */
export function createSessionChecker(
  deps: Pick<Deps, "db" | "clock">,
): (viewer: Viewer, options?: { mayGather: boolean }) => Promise<void> {
  async function load(ids: readonly string[]) {
    const states = await deps.db.sql.many(selectStates, [ids, deps.clock.now()]);
    return new Map(states.map((state) => [state.id, state]));
  }
  const loadAtOnce = createBatchLoader<string, SessionState>({ load });
  const loadGathered = createBatchLoader<string, SessionState>({ load, maxRunning: 1 });
  return async (viewer, options) => {
    const loadState = options?.mayGather === true ? loadGathered : loadAtOnce;
    const state = await loadState(viewer.sessionId);
    if (state === undefined || state.userId !== viewer.userId) throw new AppError("auth.sessionRevoked");
    if (state.refusal !== null) throw new AppError(state.refusal);
  };
}

const shownOfSession = { id: true, deviceName: true, ipHint: true, createdAt: true, lastUsedAt: true } as const;

/** The person's live sessions: the current one, then the newest 99 of the others. */
export async function listSessions(
  deps: Pick<Deps, "db" | "clock">,
  input: { viewerId: string; sessionId: string },
): Promise<SessionPageView> {
  const { session } = deps.db.prisma;
  const live = { userId: BigInt(input.viewerId), revokedAt: null, expiresAt: { gt: deps.clock.now() } };
  const currentId = BigInt(input.sessionId);
  const [current, others] = await Promise.all([
    session.findFirst({ where: { ...live, id: currentId }, select: shownOfSession }),
    session.findMany({
      where: { ...live, id: { not: currentId } },
      orderBy: { id: "desc" },
      take: 99,
      select: shownOfSession,
    }),
  ]);
  const items = [...(current === null ? [] : [current]), ...others].map((row) => ({
    ...row,
    id: row.id.toString(),
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt.toISOString(),
    isCurrent: row.id === currentId,
  }));
  return { items, nextCursor: null };
}

const selectNear = statement<{ isNear: boolean }>(
  "session.selectNear",
  `select exists (select from sessions where user_id = $1 and revoked_at is null and expires_at > $4
                    and (id = $2 or place = any ($3::bytea[]))) as "isNear"`,
);

/** Whether a live session of the person is the one that calls, or was opened from where the call comes from. */
export async function hasSessionHere(
  sql: Sql,
  input: { userId: string; sessionId: string | null; places: readonly Buffer[]; now: Date },
): Promise<boolean> {
  const { userId, sessionId, places, now } = input;
  return (await sql.one(selectNear, [userId, sessionId, places, now])).isNear;
}

const selectKnown = statement<{ isKnown: boolean }>(
  "session.selectKnownDevice",
  `select exists (select from sessions where user_id = $1 and device_name = $2 and ip_hint = $3
                    and ($4::timestamptz is null or created_at > $4 or revoked_at is null)) as "isKnown"`,
);

/**
 * Whether a session of the person was opened from such a device at such a place: after `since`, or before and still live.
 * Sessions are remembered for 30 days after their end.
 */
export async function isKnownDevice(
  sql: Sql,
  input: { userId: string; deviceName: string; ipHint: string; since: Date | null },
): Promise<boolean> {
  return (await sql.one(selectKnown, [input.userId, input.deviceName, input.ipHint, input.since])).isKnown;
}

/** When a person's session was opened, by signing in or up; null for none of theirs. Refreshing does not renew it. */
export async function findSignInTime(
  deps: Pick<Deps, "db">,
  input: { userId: string; sessionId: string },
): Promise<Date | null> {
  const where = { id: BigInt(input.sessionId), userId: BigInt(input.userId) };
  const row = await deps.db.prisma.session.findFirst({ where, select: { createdAt: true } });
  return row?.createdAt ?? null;
}

const endOne = statement<{ wasLive: boolean }>(
  "session.endSession",
  `with target as (
     select id, revoked_at is null as was_live from sessions where id = $1 and user_id = $2
   ), ended as (
     update sessions set revoked_at = $3 where id in (select id from target) and revoked_at is null
   )
   select was_live as "wasLive" from target`,
);

/**
 * Ends one of the person's own sessions, the current one included; its next call fails and its streams end. The second
 * time changes nothing. Throws auth.notFound for a session that is not theirs.
 */
export async function revokeSession(
  deps: Pick<Deps, "db" | "clock" | "pubsub">,
  input: { actorId: string; sessionId: string },
): Promise<typeof ok> {
  const found = await deps.db.sql.maybe(endOne, [input.sessionId, input.actorId, deps.clock.now()]);
  if (found === null) throw new AppError("auth.notFound");
  if (found.wasLive) hintRevoked(deps, { userId: input.actorId, sessionId: input.sessionId });
  return ok;
}

/** Ends the session that calls. The second time changes nothing. */
export async function signOut(
  deps: Pick<Deps, "db" | "clock" | "pubsub">,
  input: { actorId: string; sessionId: string },
): Promise<typeof ok> {
  return revokeSession(deps, input);
}

const endAll = statement<{ id: string }>(
  "session.endAll",
  `update sessions set revoked_at = $2
   where user_id = $1 and revoked_at is null and id is distinct from $3::bigint
   returning id`,
);

/** Sessions that ended and are still to be announced: `announceEnded` after commit. */
export interface EndedSessions {
  userId: string;
  /** Null: all of them. */
  sessionIds: readonly string[] | null;
}

/** Ends all sessions of a person but `exceptId`, in the caller's transaction. The second time ends none. */
export async function endSessions(
  tx: Tx,
  input: { userId: string; exceptId: string | null; now: Date },
): Promise<EndedSessions> {
  const ended = await tx.many(endAll, [input.userId, input.now, input.exceptId]);
  return { userId: input.userId, sessionIds: input.exceptId === null ? null : ended.map((row) => row.id) };
}

/** Hints beyond this are left to the sweep of open streams, which needs no hint. */
const maxHints = 200;

/** Tells every process which sessions ended, so that their streams end at once. Call it after commit. */
export function announceEnded(deps: Pick<Deps, "pubsub">, input: EndedSessions): void {
  const { userId, sessionIds } = input;
  if (sessionIds === null) hintRevoked(deps, { userId, sessionId: null });
  for (const sessionId of sessionIds?.slice(0, maxHints) ?? []) hintRevoked(deps, { userId, sessionId });
}

const deleteOld = statement<never>(
  "session.deleteOld",
  `delete from sessions where id in (
     select id from sessions where expires_at < $1 or revoked_at < $1 limit $2)`,
);

/** How long an ended session's row stays, so that its late refreshes hear that it ended. */
const endedSessionLifeMs = 30 * 24 * 60 * 60_000;
const deleteBatch = 5_000;

/** Deletes sessions that ended 30 days ago. Scheduled; the second time finds none. */
export async function deleteOldSessions(deps: Pick<Deps, "db" | "clock">): Promise<void> {
  const before = new Date(deps.clock.now().getTime() - endedSessionLifeMs);
  await runInBatches(deps.db.sql, { statement: deleteOld, values: [before, deleteBatch], batch: deleteBatch });
}
