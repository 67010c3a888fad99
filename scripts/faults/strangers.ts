// Strangers against one server at its shipped budgets: what they cost a reader in another connection, and the memory.
import { once } from "node:events";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { onShutdown } from "../services/shutdown.mjs";
import { type App, type House, openHouse } from "../walks/house.ts";
import { redisArgs } from "./stage.ts";
import { readMetric, watchMemory } from "./stalled.ts";
import type { AttackInput } from "./strangers.attack.ts";
import type { Line, Section } from "./table.ts";

/** The room that the first attack shows the server to need is not counted: memory must not grow from then on. */
const warmUpMs = 12_000;
const measuredMs = 12_000;
const readEveryMs = 15;
const maxGrowthBytes = 60 * 1_024 * 1_024;
const mebibyte = 1_024 * 1_024;

const makeComments = `
  with made as (
    insert into comments (id, post_id, author_id, text, listed_under_id)
    select next_id(), $1, $2, $3, $1 from generate_series(1, 100) returning id, post_id
  )
  insert into comment_counts (comment_id, top_post_id) select id, post_id from made`;

/** Opens a server of its own, lets strangers at it for some seconds, and answers the section of the table. */
export async function runStrangers({ log }: { log: (text: string) => void }): Promise<Section> {
  const house = await openHouse({ hasOwnPostgres: true, hasOwnRedis: true, redisArgs: redisArgs(0) });
  onShutdown(house.close);
  const app = await house.startServer({ env: { LIMITS_SCALE: "1" } });
  const postId = await writeLargePost(house, app);
  log("one server is ready");

  const startedAt = await readMetric({ app: () => app }, "process_start_time_seconds");
  await readFor(app, { postId, forMs: 2_000 });
  const idle = await readFor(app, { postId, forMs: measuredMs / 2 });
  log(`idle: ${describe(idle)}`);
  await attack({ port: app.port, postId, forMs: warmUpMs });
  const memory = watchMemory({ app: () => app });
  const [under] = await Promise.all([
    readFor(app, { postId, forMs: measuredMs }),
    attack({ port: app.port, postId, forMs: measuredMs }),
  ]);
  const growth = await memory.stop();
  log(`under attack: ${describe(under)}`);
  const isSame = (await readMetric({ app: () => app }, "process_start_time_seconds")) === startedAt;
  return {
    title: "Strangers against one server, at its shipped budgets",
    lines: reckon({ idle, under, growth, isSame }),
  };
}

async function writeLargePost(house: House, app: App): Promise<string> {
  const { pixora, id } = await house.signUp(app, "author");
  const { id: postId } = await pixora.post.create.mutate({ caption: "a post" });
  await house.pool.query(makeComments, [postId, id, `q${"\u0316".repeat(3)}`.repeat(1_000)]);
  return postId;
}

async function attack(input: AttackInput): Promise<void> {
  const thread = new Worker(new URL("./strangers.attack.ts", import.meta.url), { workerData: input });
  await once(thread, "exit");
}

interface Reading {
  p50: number;
  p99: number;
  failed: number;
  count: number;
}

/** Reads one post again and again over a connection of its own; a read does not wait for the one before. */
async function readFor(app: App, input: { postId: string; forMs: number }): Promise<Reading> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const path = `/trpc/post.byId?input=${encodeURIComponent(JSON.stringify({ postId: input.postId }))}`;
  const reads: Promise<number | null>[] = [];
  const endMs = performance.now() + input.forMs;
  while (performance.now() < endMs) {
    reads.push(timeRead({ port: app.port, path, agent }));
    await sleep(readEveryMs);
  }
  const times = await Promise.all(reads);
  agent.destroy();
  const taken = times.filter((time) => time !== null).sort((one, other) => one - other);
  const at = (share: number) => taken[Math.min(taken.length - 1, Math.floor(taken.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), failed: times.length - taken.length, count: times.length };
}

/** How long one read took, in milliseconds; null where it failed. */
function timeRead(options: { port: number; path: string; agent: Agent }): Promise<number | null> {
  const startedAtMs = performance.now();
  return new Promise((resolve) => {
    const asking = request({ host: "127.0.0.1", ...options }, (answer) => {
      answer.resume();
      answer.once("end", () => resolve(answer.statusCode === 200 ? performance.now() - startedAtMs : null));
    });
    asking.setTimeout(10_000, () => asking.destroy());
    asking.once("error", () => resolve(null));
    asking.end();
  });
}

function describe({ p50, p99 }: Reading): string {
  return `${p50.toFixed(1)} / ${p99.toFixed(1)} ms`;
}

function reckon(of: { idle: Reading; under: Reading; growth: number; isSame: boolean }): Line[] {
  const { idle, under, growth, isSame } = of;
  const most = 2 * idle.p99 + 50;
  return [
    { name: "reads", value: String(idle.count + under.count) },
    { name: "a reader's time idle, p50 / p99", value: describe(idle) },
    {
      name: `… under attack, p99 at most ${most.toFixed(0)} ms`,
      value: describe(under),
      isRight: under.p99 <= most,
      isMeasured: true,
    },
    { name: "reads that failed", value: String(idle.failed + under.failed), isRight: idle.failed + under.failed === 0 },
    {
      name: "growth of the server's memory, MB",
      value: (growth / mebibyte).toFixed(0),
      isRight: growth < maxGrowthBytes,
      isMeasured: true,
    },
    { name: "the server was restarted", value: isSame ? "no" : "yes", isRight: isSame },
  ];
}
