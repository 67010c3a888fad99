// like-to-notification: likes at a fixed rate over 1,000 receivers who each hold a socket; how long after the like's answer
// its event is on the receiver's socket. Server and worker are processes of their own.
import type { Bench } from "../harness/bench.ts";
import { cpuBetween } from "../harness/cpu.ts";
import { type LiveClients, pixoraSocket, startLiveClients } from "../harness/live.ts";
import type { Program } from "../harness/program.ts";
import type { Report } from "../harness/report.ts";
import { interleave, medianOf, readCpu, type Samples } from "../harness/rounds.ts";
import type { LikePlan, LikesResult } from "../load/live.plan.ts";
import { requestText, trpcRequest } from "../load/plan.ts";
import { bareSocket, createLikeDealer, type NewLike, pickAudience } from "./receivers.ts";

export const data = "demo";

const rates = [500, 1_000, 2_000];
const receivers = 1_000;
const likers = 2_000;
const connections = 64;
const patienceMs = 30_000;

interface Side {
  name: string;
  perSecond: number;
  programs: Program[];
  port: number;
  clients: LiveClients;
  request(like: NewLike): string;
  deal(count: number): NewLike[];
}

/** With the CPU microseconds of a like. */
type Sample = LikesResult & { nodeUs: number; postgresUs: number; redisUs: number };

function pixoraLike({ liker, postId }: NewLike): string {
  return trpcRequest({ path: "like.create", token: liker.token, input: { postId }, isMutation: true });
}

function bareLike({ liker, postId }: NewLike): string {
  return requestText({ path: "/like", token: liker.token, body: { postId } });
}

export async function run(bench: Bench): Promise<Report> {
  const audience = await pickAudience(bench, { receivers, likers });
  const [server, worker, bare] = await Promise.all([bench.startServer(), bench.startWorker(), bench.startBare("live")]);
  const [ourClients, theirClients] = [startLiveClients(), startLiveClients()];
  await ourClients.open(
    audience.receivers.map((caller) =>
      pixoraSocket({ port: server.port, caller, path: "live.onEvent", readyMark: '"type":"ready"' }),
    ),
  );
  await theirClients.open(audience.receivers.map((caller) => bareSocket(bare.port, caller)));
  bench.log(`${receivers} receivers listen on each side`);
  const deal = createLikeDealer(audience);
  const sides = rates.flatMap((perSecond): Side[] => [
    {
      name: `pixora ${perSecond}/s`,
      programs: [server, worker],
      port: server.port,
      clients: ourClients,
      request: pixoraLike,
      perSecond,
      deal,
    },
    {
      name: `bare ${perSecond}/s`,
      programs: [bare],
      port: bare.port,
      clients: theirClients,
      request: bareLike,
      perSecond,
      deal,
    },
  ]);
  // Not measured: both sides warm up, and the likes of a second bring every code path to speed.
  for (const side of sides.slice(0, 2)) await measure(bench, { ...side, name: `${side.name} (warm-up)` });
  const samples = await interleave(bench, sides, (side) => measure(bench, side));
  return reportOf(sides, samples);
}

async function measure(bench: Bench, side: Side): Promise<Sample> {
  const likes = side.deal(Math.round(side.perSecond * bench.options.seconds));
  const plans = likes.map((like): LikePlan => ({ text: side.request(like), expect: '"isLiked":true', key: like.key }));
  const before = readCpu(bench, side.programs);
  const { perSecond, port } = side;
  const result = await side.clients.sendLikes({ port, perSecond, connections, likes: plans, patienceMs });
  const cpu = cpuBetween(before, readCpu(bench, side.programs));
  if (result.firstError !== null) bench.log(`${side.name}: ${result.errors} wrong answers, as in ${result.firstError}`);
  const ofLike = (name: string) => (cpu[name] ?? 0) / likes.length;
  return { ...result, nodeUs: ofLike("node"), postgresUs: ofLike("postgres"), redisUs: ofLike("redis") };
}

function reportOf(sides: readonly Side[], samples: Samples<Sample>): Report {
  const sum = (name: string, pick: (sample: Sample) => number) =>
    (samples.get(name) ?? []).reduce((total, sample) => total + pick(sample), 0);
  const ours = sides.filter((side) => side.name.startsWith("pixora"));
  const lost = ours.reduce((total, { name }) => total + sum(name, (sample) => sample.missing + sample.doubled), 0);
  return {
    rows: sides.map(({ name }) => ({
      side: name,
      "answered/s": medianOf(samples, name, (sample) => sample.answeredPerSecond),
      "p50 ms": medianOf(samples, name, (sample) => sample.latencyMs.p50),
      "p99 ms": medianOf(samples, name, (sample) => sample.latencyMs.p99),
      "drain ms": medianOf(samples, name, (sample) => sample.drainMs),
      "node us": medianOf(samples, name, (sample) => sample.nodeUs),
      "pg us": medianOf(samples, name, (sample) => sample.postgresUs),
      "redis us": medianOf(samples, name, (sample) => sample.redisUs),
      errors: sum(name, (sample) => sample.errors),
      missing: sum(name, (sample) => sample.missing),
      doubled: sum(name, (sample) => sample.doubled),
    })),
    claims: [
      { what: "p50 ms at 1,000/s", value: medianOf(samples, "pixora 1000/s", (s) => s.latencyMs.p50), atMost: 20 },
      { what: "p99 ms at 1,000/s", value: medianOf(samples, "pixora 1000/s", (s) => s.latencyMs.p99), atMost: 150 },
      {
        what: "ms until the last event after 2,000/s",
        value: medianOf(samples, "pixora 2000/s", (sample) => sample.drainMs),
        atMost: 5_000,
      },
      { what: "events lost or doubled", value: lost, atMost: 0 },
    ],
  };
}
