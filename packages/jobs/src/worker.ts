// The workers: take jobs from the queues, parse their payload, call the handler, and bury what fails.
// Promises: a bad fact becomes a dead letter with its error and holds up no other, and whoever waits for it is told first;
// PostgreSQL or Redis being away is no attempt; closing waits for running jobs up to a deadline and then puts them back.
import { type ConnectionOptions, type Job, WaitingError, Worker } from "bullmq";
import { type FactOf, jobsOf } from "./consequences.ts";
import { createDirectJobs, type DirectJobs, type DirectRun } from "./direct.ts";
import { type Fact, facts as factSchemas } from "./facts.ts";
import { createForgetter } from "./forgetter.ts";
import {
  endsFacts,
  type FactJobName,
  factList,
  isFactJob,
  isJobName,
  type JobName,
  jobs,
  type QueueName,
  type ScheduledJobName,
  slotsOf,
} from "./jobs.ts";
import type { JobsLog } from "./log.ts";
import { buryFacts, type OutboxDb } from "./outbox.ts";
import { queuePrefix } from "./producer.ts";
import { CancelledError, runPatiently, type StoreFailures, tryFacts } from "./retry.ts";
import { deathsOf, maxDeaths, tryAlone } from "./suspects.ts";

/**
 * What each job does. A handler of facts makes their effect, and records them done in the transaction of that effect;
 * it may get the same fact again, also beside itself.
 */
export type JobHandlers = {
  [J in FactJobName]: (input: { facts: FactOf<J>[] }) => Promise<void>;
} & {
  [J in ScheduledJobName]: () => Promise<void>;
};

/**
 * What is still to be done for facts that a job gives up, before they are dead letters: somebody may be waiting. It may get
 * the same fact again, and a replayed one may succeed later.
 */
export type GiveUpHandlers = { [J in FactJobName]?: (input: { facts: FactOf<J>[] }) => Promise<void> };

export interface WorkersInput extends StoreFailures {
  redisUrl: string;
  /** The prefix of all Redis keys. */
  prefix: string;
  queues: readonly QueueName[];
  /** Jobs at once, a queue; of queues that wait for many services, several times as many. */
  concurrency: number;
  handlers: JobHandlers;
  giveUpHandlers?: GiveUpHandlers;
  db: OutboxDb;
  log: JobsLog;
  /** After this long without a sign of its worker, a job goes to another. Three times `stalledCheckMs`, or more. */
  lockMs?: number;
  stalledCheckMs?: number;
}

export interface Workers {
  /** Takes jobs that this process relays itself. */
  direct: Pick<DirectJobs, "reserve" | "heldFactIds">;
  /** Takes no more jobs, waits for the running ones, and after `timeoutMs` puts back what still runs. */
  close(input: { timeoutMs: number }): Promise<void>;
}

/** Starts the workers of these queues. */
export function startWorkers(input: WorkersInput): Workers {
  const forgetter = createForgetter(input);
  const context = { ...input, onDone: forgetter.forget };
  const workers = input.queues.map((queue) => startWorker(queue, context));
  const direct = createDirectJobs({ ...input, take: (run) => takeFacts(context, run) });
  return {
    direct,
    async close({ timeoutMs }) {
      const closing = Promise.allSettled([...workers.map((worker) => worker.close()), direct.drain()]);
      if (!(await endsWithin(closing, timeoutMs))) {
        for (const worker of workers) worker.cancelAllJobs("the worker closes");
        const cutOff = direct
          .cancel()
          .catch((error) =>
            input.log.warn({ err: error }, "the facts of jobs that were cut off stay until they are stale"),
          );
        // A Redis that is away keeps BullMQ from closing; the locks of what is left run out by themselves.
        if (!(await endsWithin(Promise.all([closing, cutOff]), 1_500))) {
          for (const worker of workers) void worker.disconnect().catch(() => undefined);
        }
      }
      await forgetter.close();
    },
  };
}

interface Context extends WorkersInput {
  onDone: (factIds: readonly string[]) => void;
}

function startWorker(queue: QueueName, context: Context): Worker {
  // Three parameters, or BullMQ hands over no signal.
  const work = (job: Job, token: string | undefined, signal: AbortSignal | undefined) =>
    runJob(context, { job, token, signal: signal ?? new AbortController().signal });
  const worker = new Worker(queue, work, {
    connection: workerConnection(context.redisUrl),
    prefix: queuePrefix(context.prefix),
    concurrency: context.concurrency * slotsOf(queue),
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 100 },
    // Killed workers stall innocent jobs; suspects.ts finds out which of a stalled job's facts is to blame. Another worker
    // has what a killed one had within 20 s. One that is merely slow may see its job run beside itself, which handlers take.
    maxStalledCount: 1_000,
    lockDuration: context.lockMs ?? 15_000,
    stalledInterval: context.stalledCheckMs ?? 5_000,
    runRetryDelay: 1_000,
  });
  worker.on("error", (error) => context.log.debug({ err: error, queue }, "a worker failed"));
  worker.on("stalled", (job) => context.log.warn({ job, queue }, "a job stalled: its worker was gone"));
  worker.on("failed", (job, error) => context.log.error({ err: error, job: job?.name, queue }, "a job failed"));
  return worker;
}

function workerConnection(redisUrl: string): ConnectionOptions {
  return {
    url: redisUrl,
    maxRetriesPerRequest: null,
    connectTimeout: 2_000,
    keepAlive: 10_000,
    // No commandTimeout: it stops a worker for good. A half-open socket is found by its silence instead: an idle
    // worker asks every five seconds.
    socketTimeout: 12_000,
    retryStrategy: (attempt: number) => Math.min(attempt * 50, 1_000),
  };
}

async function runJob(
  context: Context,
  run: { job: Job; token: string | undefined; signal: AbortSignal },
): Promise<void> {
  const { job } = run;
  // A job of a newer release: its facts stay unfinished, and a relay brings them to a worker that knows it.
  if (!isJobName(job.name)) {
    context.log.warn({ job: job.name }, "this release does not know the job");
    return;
  }
  try {
    if (isFactJob(job.name)) await takeJob(context, { ...run, name: job.name });
    else await runScheduled(context, { name: job.name, signal: run.signal });
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    await job.moveToWait(run.token);
    throw new WaitingError();
  }
}

/** A job whose worker was gone is taken fact by fact, so that the one that kills workers is found. */
async function takeJob(context: Context, run: { job: Job; name: FactJobName; signal: AbortSignal }): Promise<void> {
  const { job, name, signal } = run;
  if (job.stalledCounter === 0) return takeFacts(context, { name, payload: job.data, signal });
  const { known, unreadable } = parseFacts(name, job.data);
  const deadly = await tryAlone(known, {
    deaths: deathsOf(job.data),
    remember: (deaths) => job.updateData({ ...job.data, deaths }),
    run: (fact) => takeFacts(context, { name, payload: { facts: [fact] }, signal }),
  });
  const error = `Its worker died ${maxDeaths} times while it ran this fact alone.`;
  const letters = [...unreadable, ...deadly.map((fact) => ({ id: fact.id, error }))];
  if (deadly.length > 0) await giveUp(context, { name, facts: deadly, signal });
  await bury(context, { name, letters, signal });
}

async function runScheduled(context: Context, run: { name: ScheduledJobName; signal: AbortSignal }): Promise<void> {
  const failed = await tryFacts([run.name], {
    attempts: jobs[run.name].attempts,
    signal: run.signal,
    run: () => patiently(context, run, () => context.handlers[run.name]()),
  });
  const [failure] = failed;
  if (failure !== undefined) throw failure.error;
}

async function takeFacts(context: Context, run: DirectRun): Promise<void> {
  const { known, unreadable } = parseFacts(run.name, run.payload);
  // As for giveUp, the only casts: parseFacts has checked each fact against its schema and that it causes this job.
  const handle = context.handlers[run.name] as (input: { facts: Fact[] }) => Promise<void>;
  const failed = await tryFacts(known, {
    attempts: jobs[run.name].attempts,
    signal: run.signal,
    run: (facts) => patiently(context, run, () => handle({ facts })),
  });
  if (failed.length > 0) await giveUp(context, { ...run, facts: failed.map(({ fact }) => fact) });
  const letters = [...unreadable, ...failed.map(({ fact, error }) => ({ id: fact.id, error: describeError(error) }))];
  await bury(context, { ...run, letters });
  // Letters are forgotten where they are buried.
  if (!endsFacts(run.name)) context.onDone(known.map((fact) => fact.id));
}

/** Makes dead letters of facts; none, and it does nothing. */
async function bury(
  context: Context,
  run: { name: FactJobName; letters: readonly { id: string; error: string }[]; signal: AbortSignal },
): Promise<void> {
  const { name, letters } = run;
  if (letters.length === 0) return;
  await patiently(context, run, () => buryFacts(context.db.query, { job: name, failed: letters }));
  context.log.error({ job: name, letters }, "facts became dead letters");
  context.onDone(letters.map((letter) => letter.id));
}

/** Never fails for its own reasons: facts that nothing was done for are dead letters all the same. */
async function giveUp(context: Context, run: { name: FactJobName; facts: Fact[]; signal: AbortSignal }): Promise<void> {
  const handle = context.giveUpHandlers?.[run.name] as ((input: { facts: Fact[] }) => Promise<void>) | undefined;
  if (handle === undefined) return;
  for (const fact of run.facts) {
    try {
      await patiently(context, run, () => handle({ facts: [fact] }));
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      context.log.error({ err: error, job: run.name, factId: fact.id }, "nobody was told of a fact that was given up");
    }
  }
}

/** Facts of a newer release are left out: they stay unfinished until a worker that knows them gets them. */
export function parseFacts(
  job: FactJobName,
  payload: unknown,
): { known: Fact[]; unreadable: { id: string; error: string }[] } {
  const known: Fact[] = [];
  const unreadable: { id: string; error: string }[] = [];
  for (const entry of factList.parse(payload).facts) {
    if (!jobsOf(entry.fact)?.includes(job) || !Object.hasOwn(factSchemas, entry.fact)) continue;
    const fact = entry.fact as Fact["fact"];
    const parsed = factSchemas[fact].safeParse(entry.payload);
    if (parsed.success) known.push({ id: entry.id, fact, payload: parsed.data } as Fact);
    else unreadable.push({ id: entry.id, error: `the payload does not fit: ${parsed.error.message}` });
  }
  return { known, unreadable };
}

function patiently<T>(
  context: Context,
  run: { name: JobName; signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  return runPatiently(work, {
    isStoreAway: context.isStoreAway,
    isStoreBusy: context.isStoreBusy,
    signal: run.signal,
    onWait: (error) => context.log.warn({ err: error, job: run.name }, "a job waits for a store"),
  });
}

/** Enough to understand a dead letter a week later: the stack and what caused it. */
function describeError(error: unknown): string {
  const parts: string[] = [];
  for (let cause = error, depth = 0; cause !== undefined && depth < 5; depth += 1) {
    parts.push(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return parts.join("\ncaused by: ").slice(0, 10_000);
}

async function endsWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  return Promise.race([work.then(() => true), late]).finally(() => clearTimeout(timer));
}
