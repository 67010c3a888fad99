// feed-warm: the first page of the home feed, 20 posts with exact counts and flags, for readers whose windows stand in
// Redis. Throughput closed, latency open at half of Pixora's own maximum.
import { Redis } from "ioredis";
import type { Bench } from "../harness/bench.ts";
import { type Report, sideRow } from "../harness/report.ts";
import { interleave, measureSide, medianOf, ratioOf, type Sample, type Samples, type Side } from "../harness/rounds.ts";
import { barePages, pixoraPages, requireSamePages, signInReaders, warmWindows } from "./feed-readers.ts";
import { keysOfWindows } from "./windows.ts";

export const data = "scale";

const openConnections = 256;

export async function run(bench: Bench): Promise<Report> {
  const readers = await signInReaders(bench, ["30", "300", "1000"]);
  const [server, bare] = await Promise.all([bench.startServer(), bench.startBare("feed")]);
  const ours = pixoraPages(readers);
  const theirs = barePages(readers, "/warm");
  bench.log(`warming ${readers.length} windows`);
  await warmWindows(server.port, ours);
  await copyWindows(
    bench,
    readers.map((reader) => reader.userId),
  );
  await requireSamePages({ program: server, requests: ours }, { program: bare, requests: theirs }, 100);
  bench.generator.prepare("pixora", ours);
  bench.generator.prepare("bare", theirs);
  const sides: Side[] = [
    { name: "pixora", program: server, requests: "pixora" },
    { name: "bare", program: bare, requests: "bare" },
  ];
  const closed = await interleave(bench, sides, (side) => measureSide(bench, side));
  const perSecond = Math.round(medianOf(closed, "pixora", (sample) => sample.perSecond) / 2);
  bench.log(`now ${perSecond} requests a second, whatever the answers do`);
  const open = await interleave(bench, sides, (side) =>
    measureSide(bench, side, { perSecond, connections: openConnections }),
  );
  return reportOf(closed, open, perSecond);
}

/** Gives the bare program the lists that Pixora's readers have. */
async function copyWindows(bench: Bench, readerIds: readonly string[]): Promise<void> {
  const redis = new Redis(bench.services.redisUrl);
  try {
    const keysOf = await keysOfWindows(bench, redis);
    for (const readerId of readerIds) {
      const ids = await redis.lrange(keysOf(readerId).list, 0, -1);
      if (ids.length === 0) throw new Error(`the reader ${readerId} has no window`);
      await redis.rpush(`bare:feed:${readerId}`, ...ids.reverse());
    }
  } finally {
    redis.disconnect();
  }
}

function reportOf(closed: Samples, open: Samples, perSecond: number): Report {
  const ratio = (samples: Samples, pick: (sample: Sample) => number) => ratioOf(samples, ["pixora", "bare"], pick);
  return {
    rows: [
      sideRow(closed, "pixora", { mode: "closed" }),
      sideRow(closed, "bare", { mode: "closed" }),
      sideRow(open, "pixora", { mode: `open ${perSecond}/s` }),
      sideRow(open, "bare", { mode: `open ${perSecond}/s` }),
    ],
    claims: [
      { what: "throughput of the lower bound", value: ratio(closed, (sample) => sample.perSecond), atLeast: 0.5 },
      { what: "p99 of the lower bound at the same rate", value: ratio(open, (sample) => sample.p99Ms), atMost: 2 },
    ],
    figures: {
      "node CPU, times the lower bound": ratio(closed, (sample) => sample.cpuUs.node ?? 0),
      "PostgreSQL CPU, times the lower bound": ratio(closed, (sample) => sample.cpuUs.postgres ?? 0),
    },
  };
}
