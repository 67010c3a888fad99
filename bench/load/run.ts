// Runs one plan of load: closed (each connection waits for its answer) or open (a fixed rate, latency from when due).
import { spreadOf } from "../harness/stats.ts";
import { bodyOf, type HttpConnection, openHttp } from "./connection.ts";
import type { LoadResult, OpenPlan, PreparedRequest } from "./plan.ts";
import { keepRate } from "./rate.ts";

/** Where a list of requests was left by the run before. */
export interface RequestList {
  requests: readonly PreparedRequest[];
  next: number;
}

export interface RunInput {
  port: number;
  connections: number;
  warmUpMs: number;
  measureMs: number;
  list: RequestList;
  onMeasuring: () => void;
}

/** What a run gathers: latencies of right answers that ended while it was measuring. */
interface Tally {
  latencies: number[];
  lags: number[];
  errors: number;
  firstError: string | null;
  measuredFromMs: number;
  measuredToMs: number;
}

function openTally(input: RunInput): Tally {
  const measuredFromMs = performance.now() + input.warmUpMs;
  setTimeout(input.onMeasuring, input.warmUpMs);
  const measuredToMs = measuredFromMs + input.measureMs;
  return { latencies: [], lags: [], errors: 0, firstError: null, measuredFromMs, measuredToMs };
}

function resultOf(tally: Tally): LoadResult {
  return {
    count: tally.latencies.length,
    errors: tally.errors,
    firstError: tally.firstError,
    measuredMs: tally.measuredToMs - tally.measuredFromMs,
    latencyMs: spreadOf(tally.latencies),
    lagP99Ms: tally.lags.length === 0 ? 0 : spreadOf(tally.lags).p99,
  };
}

function takeRequest(list: RequestList): PreparedRequest {
  const request = list.requests[list.next % list.requests.length];
  if (request === undefined) throw new Error("a plan needs requests");
  list.next += 1;
  return request;
}

/** Sends one request and notes how long it took since `startedMs`. */
async function sendCounted(connection: HttpConnection, list: RequestList, tally: Tally, startedMs: number) {
  const request = takeRequest(list);
  try {
    const answer = await connection.send(request.text);
    const endedMs = performance.now();
    const isRight = answer.status === 200 && (request.expect === undefined || answer.bytes.includes(request.expect));
    if (!isRight) {
      tally.errors += 1;
      tally.firstError ??= `${answer.status} ${bodyOf(answer).slice(0, 500)}`;
    } else if (endedMs >= tally.measuredFromMs && endedMs < tally.measuredToMs) {
      tally.latencies.push(endedMs - startedMs);
    }
  } catch (error) {
    tally.errors += 1;
    tally.firstError ??= String(error);
    throw error;
  }
}

function openAll(input: RunInput): Promise<HttpConnection[]> {
  return Promise.all(Array.from({ length: input.connections }, () => openHttp(input.port)));
}

/** Each connection sends its next request when it has its answer. */
export async function runClosed(input: RunInput): Promise<LoadResult> {
  const connections = await openAll(input);
  const tally = openTally(input);
  await Promise.all(
    connections.map(async (connection) => {
      while (performance.now() < tally.measuredToMs) {
        await sendCounted(connection, input.list, tally, performance.now());
      }
      connection.close();
    }),
  );
  return resultOf(tally);
}

/**
 * Sends at a fixed rate. A request that finds no idle connection waits for one, and its latency counts from when it was
 * due: a slow answer cannot hide behind the requests it held up.
 */
export async function runOpen(input: RunInput & Pick<OpenPlan, "perSecond">): Promise<LoadResult> {
  const idle = await openAll(input);
  const all = [...idle];
  const tally = openTally(input);
  const due: number[] = [];
  const flights = new Set<Promise<void>>();

  function sendDue(): void {
    for (let connection = idle.pop(); connection !== undefined; connection = idle.pop()) {
      const startedMs = due.shift();
      if (startedMs === undefined) {
        idle.push(connection);
        return;
      }
      const used = connection;
      const flight = sendCounted(used, input.list, tally, startedMs).then(
        () => void idle.push(used),
        () => undefined,
      );
      flights.add(flight);
      void flight.then(() => {
        flights.delete(flight);
        sendDue();
      });
    }
  }

  const add = (startedMs: number) => void due.push(startedMs);
  await keepRate({
    perSecond: input.perSecond,
    endMs: tally.measuredToMs,
    add,
    flush: sendDue,
    lags: tally.lags,
  });
  while (flights.size > 0 || due.length > 0) {
    if (flights.size === 0 && idle.length === 0) break; // every connection has broken
    await Promise.race(flights);
  }
  for (const connection of all) connection.close();
  return resultOf(tally);
}
