// feed-cold: the first page for readers who have no window in Redis. As it happens (the miss also starts a rebuild of the
// window), against a bare program that fills its list likewise; then the page alone, by how many the reader follows.
import { Redis } from "ioredis";
import type { Bench } from "../harness/bench.ts";
import type { Program } from "../harness/program.ts";
import { type Report, sideRow } from "../harness/report.ts";
import { interleave, measureSide, medianOf, ratioOf, type Sample } from "../harness/rounds.ts";
import { type Caller, signInAll } from "../harness/sessions.ts";
import { type ReaderKind, readerKinds } from "../scale.sql.ts";
import { barePages, pixoraPages, requireSamePages, signInReaders } from "./feed-readers.ts";

export const data = "scale";

/** More than a round can ask for, so that nobody comes twice in one. */
const coldReaders = 8_000;
/** The page alone is measured without a queue in front of PostgreSQL. */
const fewConnections = 4;
/** A port where nothing listens: a server that never reaches Redis reads every page from SQL and rebuilds nothing. */
const nowhere = "redis://127.0.0.1:1/0";

const pgUs = (sample: Sample) => sample.cpuUs.postgres ?? 0;

export async function run(bench: Bench): Promise<Report> {
  const bare = await bench.startBare("feed");
  const missed = await measureMisses(bench, bare);
  const alone = await measureByFollows(bench, bare);
  return { rows: [...missed.rows, ...alone.rows], claims: [...missed.claims, ...alone.claims] };
}

async function measureMisses(bench: Bench, bare: Program): Promise<Report> {
  const server = await bench.startServer();
  const readers = await signInPeople(bench);
  bench.generator.prepare("pixora", pixoraPages(readers));
  bench.generator.prepare("bare, filling its list", barePages(readers, "/cold-and-fill"));
  const sides = [
    { name: "pixora", program: server, requests: "pixora" },
    { name: "bare, filling its list", program: bare, requests: "bare, filling its list" },
  ];
  const samples = await interleave(bench, sides, async (side) => {
    await dropWindows(bench);
    return measureSide(bench, side);
  });
  await server.stop();
  const ratio = ratioOf(samples, ["pixora", "bare, filling its list"], pgUs);
  return {
    rows: sides.map((side) => sideRow(samples, side.name, { follows: "as drawn" })),
    claims: [{ what: "miss and rebuild: PostgreSQL CPU, times the lower bound", value: ratio, atMost: 1.5 }],
  };
}

async function signInPeople(bench: Bench): Promise<Caller[]> {
  const { rows } = await bench.pool.query<{ id: string }>(
    "select id from bench.people where kind not like 'fan%' order by kind = 'person', bench.draw(number, 91) limit $1",
    [coldReaders],
  );
  const shuffled = rows.map((row, index) => ({ id: row.id, place: (index * 7_919) % rows.length }));
  shuffled.sort((one, other) => one.place - other.place);
  return signInAll(
    bench.pool,
    shuffled.map((row) => row.id),
  );
}

async function dropWindows(bench: Bench): Promise<void> {
  const redis = new Redis(bench.services.redisUrl);
  const keys = [...(await redis.keys(`${bench.redisPrefix}:{feed*`)), ...(await redis.keys("bare:feed:*"))];
  for (let at = 0; at < keys.length; at += 1_000) await redis.unlink(...keys.slice(at, at + 1_000));
  redis.disconnect();
}

async function measureByFollows(bench: Bench, bare: Program): Promise<Report> {
  const server = await bench.startServer({ REDIS_URL: nowhere });
  const sides: { name: string; kind: ReaderKind; side: string; program: Program; requests: string }[] = [];
  for (const { kind } of readerKinds) {
    const readers = await signInReaders(bench, [kind]);
    const [ours, theirs] = [pixoraPages(readers), barePages(readers, "/cold")];
    await requireSamePages({ program: server, requests: ours }, { program: bare, requests: theirs }, 20);
    for (const [side, program, requests] of [
      ["pixora", server, ours],
      ["bare", bare, theirs],
    ] as const) {
      const name = `${side} ${kind}`;
      bench.generator.prepare(name, requests);
      sides.push({ name, kind, side, program, requests: name });
    }
  }
  const samples = await interleave(bench, sides, (side) => measureSide(bench, side, { connections: fewConnections }));
  const ratios = readerKinds.map(({ kind }) => ratioOf(samples, [`pixora ${kind}`, `bare ${kind}`], pgUs));
  const p50 = (name: string) => medianOf(samples, name, (sample) => sample.p50Ms);
  return {
    rows: sides.map(({ name, kind, side }) => ({ ...sideRow(samples, name), side, follows: kind })),
    claims: [
      ...readerKinds.map(({ kind }, index) => ({
        what: `page alone, ${kind} follows: PostgreSQL CPU, times the lower bound`,
        value: ratios[index] ?? Number.NaN,
        atMost: 1.5,
      })),
      {
        what: "300 dormant follows, times 300 active",
        value: p50("pixora 300 dormant") / p50("pixora 300"),
        atMost: 2,
      },
    ],
  };
}
