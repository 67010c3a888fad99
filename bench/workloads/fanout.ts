// fanout: posts of an author with 1,000 and with 100,000 followers, half of whom have a window in Redis, from the answer
// until every fact is done. The small author's posts come a hundred at a time, as the posts of many such authors do on a busy evening.
// The threshold of large accounts is raised above both.
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "../harness/bench.ts";
import { cpuBetween } from "../harness/cpu.ts";
import type { Program } from "../harness/program.ts";
import type { Report } from "../harness/report.ts";
import { interleave, medianOf, ratioOf, readCpu } from "../harness/rounds.ts";
import { type Caller, signInAll } from "../harness/sessions.ts";
import { bodyOf, openHttp } from "../load/connection.ts";
import { requestText, trpcRequest } from "../load/plan.ts";
import { fillWindows, inspectWindows } from "./windows.ts";

export const data = "scale";

const inspected = 1_000;
const patienceMs = 30_000;

interface FanSample {
  /** From the last answer of a turn to its last push. */
  doneMs: number;
  /** Of Redis and the pushing program, microseconds a follower. */
  cpuUs: number;
  redisUs: number;
  postgresUs: number;
}

interface Author extends Caller {
  followers: number;
  /** Turns of one round, and posts of one turn: CPU time is read in steps of 10 ms. */
  turns: number;
  postsAtOnce: number;
  warmIds: string[];
}

interface Side {
  name: string;
  author: Author;
  measure(): Promise<FanSample>;
}

export async function run(bench: Bench): Promise<Report> {
  const authors = [
    await findAuthor(bench, "fan small", { turns: 2, postsAtOnce: 100 }),
    await findAuthor(bench, "fan large", { turns: 4, postsAtOnce: 1 }),
  ];
  const [server, worker, bare] = await Promise.all([
    bench.startServer({ LARGE_ACCOUNT_FOLLOWERS: "10000000" }),
    bench.startWorker({ LARGE_ACCOUNT_FOLLOWERS: "10000000" }),
    bench.startBare("fanout"),
  ]);
  await fillWindows(bench, [...new Set(authors.flatMap((author) => author.warmIds))]);
  bench.log("half of the followers have full windows");
  const sides = authors.flatMap((author): Side[] => [
    {
      name: `pixora ${author.followers}`,
      author,
      measure: () => measurePixora(bench, { server, worker, author }),
    },
    { name: `bare ${author.followers}`, author, measure: () => measureBare(bench, { bare, author }) },
  ]);
  const samples = await interleave(bench, sides, (side) => side.measure());
  const inspection = await inspectAll(bench, server, authors);
  const [small, large] = authors.map((author) => `pixora ${author.followers}`);
  const cpu = (name = "") => medianOf(samples, name, (sample) => sample.cpuUs);
  return {
    rows: sides.map(({ name, author }) => ({
      side: name,
      followers: author.followers,
      "with a window": author.warmIds.length,
      "posts at once": author.postsAtOnce,
      "done ms": medianOf(samples, name, (sample) => sample.doneMs),
      "redis + pusher us": cpu(name),
      "redis us": medianOf(samples, name, (sample) => sample.redisUs),
      "pg us": medianOf(samples, name, (sample) => sample.postgresUs),
    })),
    claims: [
      { what: `us of Redis + worker a follower, ${authors[0]?.followers} followers`, value: cpu(small), atMost: 2.5 },
      { what: `us of Redis + worker a follower, ${authors[1]?.followers} followers`, value: cpu(large), atMost: 2.5 },
      {
        what: `ms until ${authors[1]?.followers} followers have it`,
        value: medianOf(samples, large ?? "", (sample) => sample.doneMs),
        atMost: 1_000,
      },
      { what: "bytes a feed entry", value: inspection.bytesPerEntry, atMost: 12 },
      { what: `inspected windows without the post, of ${inspection.count}`, value: inspection.without, atMost: 0 },
    ],
    figures: {
      "CPU a follower, times the lower bound": ratioOf(
        samples,
        [large ?? "", `bare ${authors[1]?.followers}`],
        (sample) => sample.cpuUs,
      ),
    },
  };
}

async function findAuthor(bench: Bench, kind: string, round: Pick<Author, "turns" | "postsAtOnce">): Promise<Author> {
  const { rows } = await bench.pool.query<{ id: string; followers: string[] }>(
    `select p.id, array(select f.follower_id::text from follows f where f.followee_id = p.id order by hashint8(f.follower_id))
              as followers
     from bench.people p where kind = $1`,
    [kind],
  );
  const [row] = rows;
  const [caller] = await signInAll(bench.pool, row === undefined ? [] : [row.id]);
  if (row === undefined || caller === undefined) throw new Error(`the data has no ${kind}`);
  const warmIds = row.followers.slice(0, Math.floor(row.followers.length / 2));
  return { ...caller, followers: row.followers.length, ...round, warmIds };
}

let serial = 0;

async function createPost(server: Program, author: Author): Promise<string> {
  const connection = await openHttp(server.port);
  serial += 1;
  const input = { caption: `Post ${serial} of the bench` };
  const text = trpcRequest({ path: "post.create", token: author.token, input, isMutation: true });
  const answer = await connection.send(text);
  connection.close();
  if (answer.status !== 200) throw new Error(bodyOf(answer));
  return (JSON.parse(bodyOf(answer)) as { result: { data: { id: string } } }).result.data.id;
}

async function waitForFacts(bench: Bench): Promise<void> {
  const deadlineMs = performance.now() + patienceMs;
  while (performance.now() < deadlineMs) {
    const { rows } = await bench.pool.query<{ open: boolean }>("select exists (select from outbox) as open");
    if (rows[0]?.open === false) return;
    // Asking takes CPU time of its own, and slows what it looks at.
    await sleep(10);
  }
  throw new Error("facts were not done in time");
}

async function measurePixora(
  bench: Bench,
  input: { server: Program; worker: Program; author: Author },
): Promise<FanSample> {
  const { server, worker, author } = input;
  const before = readCpu(bench, [worker]);
  let doneMs = 0;
  for (let turn = 0; turn < author.turns; turn += 1) {
    await Promise.all(Array.from({ length: author.postsAtOnce }, () => createPost(server, author)));
    const answeredMs = performance.now();
    await waitForFacts(bench);
    doneMs += performance.now() - answeredMs;
  }
  return sampleOf(author, doneMs, cpuBetween(before, readCpu(bench, [worker])));
}

async function measureBare(bench: Bench, input: { bare: Program; author: Author }): Promise<FanSample> {
  const { bare, author } = input;
  const before = readCpu(bench, [bare]);
  let doneMs = 0;
  for (let turn = 0; turn < author.turns; turn += 1) {
    const startedMs = performance.now();
    await Promise.all(Array.from({ length: author.postsAtOnce }, () => pushBare(bare, author)));
    doneMs += performance.now() - startedMs;
  }
  return sampleOf(author, doneMs, cpuBetween(before, readCpu(bench, [bare])));
}

async function pushBare(bare: Program, author: Author): Promise<void> {
  const connection = await openHttp(bare.port);
  const body = { authorId: author.userId, postId: String(BigInt(Date.now()) << 22n) };
  const answer = await connection.send(requestText({ path: "/fan", body }));
  connection.close();
  if (answer.status !== 200) throw new Error(bodyOf(answer));
}

function sampleOf(author: Author, doneMs: number, cpu: Record<string, number>): FanSample {
  const pushes = author.turns * author.postsAtOnce * author.followers;
  return {
    doneMs: doneMs / author.turns,
    cpuUs: ((cpu.node ?? 0) + (cpu.redis ?? 0)) / pushes,
    redisUs: (cpu.redis ?? 0) / pushes,
    postgresUs: (cpu.postgres ?? 0) / pushes,
  };
}

/** One more post of each author, looked for in the windows of some of their followers. */
async function inspectAll(bench: Bench, server: Program, authors: readonly Author[]) {
  let [without, count, bytesPerEntry] = [0, 0, 0];
  for (const author of authors) {
    const postId = await createPost(server, author);
    await waitForFacts(bench);
    const readerIds = author.warmIds.slice(0, inspected);
    const found = await inspectWindows(bench, { readerIds, postId });
    count += readerIds.length;
    without += readerIds.length - found.withPost;
    bytesPerEntry = Math.max(bytesPerEntry, found.bytesPerEntry);
  }
  return { without, count, bytesPerEntry };
}
