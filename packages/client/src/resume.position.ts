// Where a resumable stream stands: the id of its last event and whose log that is of. Promises: no event is shown twice
// to one person, the stream of another person begins anew, and a store of the app never gets an older id last.
import type { SessionInside } from "./session.ts";

/**
 * Where the id of the last event is kept between starts of the app; without one it lives in memory. Each person has a log
 * of their own, so each needs a store of their own.
 */
export interface LastEventStore {
  load(): string | null | Promise<string | null>;
  save(lastEventId: string): void | Promise<void>;
}

export interface Position {
  /** The stream's input with which it goes on, for who is signed in now. */
  inputNow(): Promise<unknown>;
  /** Moves on to an event. False for one that was delivered already, in this connection or an earlier one. */
  advance(result: { id: string; data?: unknown }): boolean;
  /** Saves an event's id, once the app has had the event. */
  keep(id: string): void;
}

/** Events of no id of their own: they carry that of the last one and are not repeats of it. */
const marks = new Set(["ready", "resync", "session.revoked"]);

/** The position of a new stream, which begins after `lastEventId` of its input or where the store says. */
export function createPosition(deps: {
  session: SessionInside;
  lastEvent: LastEventStore | undefined;
  input: unknown;
}): Position {
  const { session, lastEvent } = deps;
  const given = (deps.input ?? {}) as { lastEventId?: string };
  let lastId: string | null = given.lastEventId ?? null;
  /** Whose the last id is; undefined before the first connection. */
  let ownerId: string | null | undefined;
  let saving: Promise<void> = Promise.resolve();

  return {
    async inputNow() {
      const userId = (await session.holder())?.userId ?? null;
      if (ownerId === undefined) lastId ??= (await lastEvent?.load()) ?? null;
      else if (ownerId !== userId) lastId = null;
      ownerId = userId;
      return lastId === null ? deps.input : { ...given, lastEventId: lastId };
    },
    advance(result) {
      if (isRepeat(lastId, result)) return false;
      // A connection that takes the place of another may say "ready" for less than that one has told meanwhile.
      if (typeOf(result) === "resync" || !isOld(lastId, result.id)) lastId = result.id;
      return true;
    },
    keep(id) {
      // A slow store gets the newest alone.
      const saveUnlessOld = () => (id === lastId ? lastEvent?.save(id) : undefined);
      // A store that fails loses no event: after a start of the app, some may come twice.
      saving = saving.then(saveUnlessOld).catch(() => undefined);
    },
  };
}

function isRepeat(lastId: string | null, result: { id: string; data?: unknown }): boolean {
  if (!isOld(lastId, result.id)) return false;
  const type = typeOf(result);
  return type === undefined || !marks.has(type);
}

/** What a store gives back may be anything; the server answers a resync to what is no id. */
function isOld(lastId: string | null, id: string): boolean {
  return lastId !== null && /^\d+$/.test(lastId) && BigInt(id) <= BigInt(lastId);
}

function typeOf(result: { data?: unknown }): string | undefined {
  return (result.data as { data?: { type?: string } } | undefined)?.data?.type;
}
