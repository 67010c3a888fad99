// The moderators' stream: how the queue stands, at once and whenever that changes. Promises: each event is sent to somebody
// whose session lives and who is a moderator at that moment; all streams of a process are one query a round.
import { setTimeout as pause } from "node:timers/promises";
import { type Statement, statement } from "@pixora/db";
import type { SizedStream } from "../live/live.guard.ts";
import { AppError } from "../platform/call/errors.ts";
import { followStream } from "../platform/call/stream.ts";
import { createBatchLoader } from "../platform/flow/batch.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { sessionIsLive } from "../visibility/session.visibility.ts";
import { readQueueFigures } from "./moderation.figures.ts";
import type { QueueEvent } from "./moderation.schema.ts";

const everyMs = 2_000;

interface StandingRow {
  sessionId: string;
  isLive: boolean;
  isStaff: boolean;
  mine: number;
}

const selectStandings: Statement<StandingRow> = statement(
  "moderation.selectStandings",
  `select session.id as "sessionId", ${sessionIsLive({ session: "session.id", user: "session.user_id" })} as "isLive",
          person.role <> 'user' as "isStaff",
          (select count(*)::int from cases
           where lease_by = person.id and state = 'open' and leased_until > $2) as mine
   from sessions session join users person on person.id = session.user_id
   where session.id = any($1::bigint[])`,
);

/** One round for all who ask at once. */
const roundsOf = onePerDeps((deps: Pick<Deps, "db" | "clock">) =>
  createBatchLoader<string, { standing: StandingRow; figures: Awaited<ReturnType<typeof readQueueFigures>> }>({
    async load(sessionIds) {
      const [standings, figures] = await Promise.all([
        deps.db.sql.many(selectStandings, [sessionIds, deps.clock.now()]),
        readQueueFigures(deps),
      ]);
      return new Map(standings.map((standing) => [standing.sessionId, { standing, figures }]));
    },
  }),
);

/**
 * How the queue stands for a moderator. Ends with their session, or when `signal` is aborted. Throws
 * moderation.forbidden once they are no moderator.
 */
export function streamQueue(
  deps: Pick<Deps, "db" | "clock">,
  input: { sessionId: string; signal: AbortSignal | null },
): SizedStream<QueueEvent> {
  // None of them waits: each round is one event at most.
  return Object.assign(followStream<QueueEvent, QueueEvent>(readQueue(deps, input), {}), { size: 0 });
}

async function* readQueue(
  deps: Pick<Deps, "db" | "clock">,
  input: { sessionId: string; signal: AbortSignal | null },
): AsyncGenerator<QueueEvent, undefined, undefined> {
  const { sessionId, signal } = input;
  let sent = "";
  while (signal?.aborted !== true) {
    const event = await readRound(deps, sessionId);
    if (event === null) return undefined;
    const text = JSON.stringify(event);
    if (text !== sent) yield event;
    sent = text;
    await pause(everyMs, undefined, signal === null ? {} : { signal }).catch(() => undefined);
  }
  return undefined;
}

async function readRound(deps: Pick<Deps, "db" | "clock">, sessionId: string): Promise<QueueEvent | null> {
  const round = await roundsOf(deps)(sessionId);
  if (round === null || round === undefined || !round.standing.isLive) return null;
  if (!round.standing.isStaff) throw new AppError("moderation.forbidden");
  const { open, appeals, leased, oldestAt } = round.figures;
  return {
    type: "queue.counts",
    open,
    appeals,
    leased,
    mine: round.standing.mine,
    oldestAt: oldestAt?.toISOString() ?? null,
  };
}
