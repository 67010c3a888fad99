// large-account: a post of an account with 100,000 followers is pulled into feeds, not pushed: what it costs to write it,
// and what it costs its followers to read their feeds, against bare lists that hold everything.
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "../harness/bench.ts";
import { cpuBetween } from "../harness/cpu.ts";
import type { Program } from "../harness/program.ts";
import { type Report, sideRow } from "../harness/report.ts";
import { interleave, measureSide, ratioOf, readCpu } from "../harness/rounds.ts";
import { type Caller, signInAll } from "../harness/sessions.ts";
import { bodyOf, openHttp } from "../load/connection.ts";
import { trpcRequest } from "../load/plan.ts";
import { barePages, fetchPages, pixoraPages, requireSamePages, warmWindows } from "./feed-readers.ts";

export const data = "scale";

const readerCount = 1_000;
const posts = 20;
/** Below the followers of the account at every size of the data. */
const threshold = "1000";

export async function run(bench: Bench): Promise<Report> {
  const [server, worker, bare] = await Promise.all([
    bench.startServer({ LARGE_ACCOUNT_FOLLOWERS: threshold }),
    bench.startWorker({ LARGE_ACCOUNT_FOLLOWERS: threshold }),
    bench.startBare("feed"),
  ]);
  const { author, readers } = await findPeople(bench);
  const written = await writePosts(bench, { server, worker, author });
  const [ours, theirs] = [pixoraPages(readers), barePages(readers, "/warm")];
  await warmWindows(server.port, ours);
  // Once: it adds to its lists, and who follows few would get each post twice.
  await fetchPages(bare, barePages(readers, "/cold-and-fill"));
  await requireSamePages({ program: server, requests: ours }, { program: bare, requests: theirs }, 100);
  bench.generator.prepare("pixora", ours);
  bench.generator.prepare("bare", theirs);
  const sides = [
    { name: "pixora", program: server, requests: "pixora" },
    { name: "bare", program: bare, requests: "bare" },
  ];
  const samples = await interleave(bench, sides, (side) => measureSide(bench, side));
  return {
    rows: sides.map((side) => sideRow(samples, side.name)),
    claims: [],
    figures: {
      "throughput, of the lower bound": ratioOf(samples, ["pixora", "bare"], (sample) => sample.perSecond),
      "followers of the account": written.followers,
      "CPU ms a post (server, worker, PostgreSQL, Redis)": written.cpuMs,
      "ms until all facts of a post are done": written.doneMs,
    },
  };
}

async function findPeople(bench: Bench): Promise<{ author: Caller & { followers: number }; readers: Caller[] }> {
  const { rows } = await bench.pool.query<{ id: string; followers: number }>(
    `select p.id, c.follower_count as followers from bench.people p join user_counts c on c.user_id = p.id
     where kind = 'fan large'`,
  );
  const { rows: readers } = await bench.pool.query<{ id: string }>(
    `select follower_id as id from follows where followee_id = $1 order by hashint8(follower_id) limit $2`,
    [rows[0]?.id, readerCount],
  );
  const [author] = await signInAll(
    bench.pool,
    rows.map((row) => row.id),
  );
  if (author === undefined) throw new Error("the data has no large account");
  const signedIn = await signInAll(
    bench.pool,
    readers.map((row) => row.id),
  );
  return { author: { ...author, followers: rows[0]?.followers ?? 0 }, readers: signedIn };
}

async function writePosts(
  bench: Bench,
  input: { server: Program; worker: Program; author: Caller & { followers: number } },
): Promise<{ followers: number; cpuMs: number; doneMs: number }> {
  const { server, worker, author } = input;
  const programs = [server, worker];
  const connection = await openHttp(server.port);
  let [cpuUs, doneMs] = [0, 0];
  // The first one switches the account and deletes its followers' windows: that is not what a post costs.
  for (let turn = 0; turn <= posts; turn += 1) {
    const before = readCpu(bench, programs);
    const inputOf = { caption: `Large post ${turn}` };
    const answer = await connection.send(
      trpcRequest({ path: "post.create", token: author.token, input: inputOf, isMutation: true }),
    );
    if (answer.status !== 200) throw new Error(bodyOf(answer));
    const answeredMs = performance.now();
    while (await hasFacts(bench)) await sleep(2);
    if (turn === 0) continue;
    doneMs += performance.now() - answeredMs;
    cpuUs += Object.values(cpuBetween(before, readCpu(bench, programs))).reduce((sum, us) => sum + us, 0);
  }
  connection.close();
  return { followers: author.followers, cpuMs: cpuUs / posts / 1_000, doneMs: doneMs / posts };
}

async function hasFacts(bench: Bench): Promise<boolean> {
  const { rows } = await bench.pool.query<{ open: boolean }>("select exists (select from outbox) as open");
  return rows[0]?.open === true;
}
