// media: from a completed upload to a picture that is ready, by a worker as deployed (queue, outbox, storage, event log),
// against a bare loop of sharp that makes the same files. Photos of 12 megapixels, two at a time on two processors.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import type { Bench } from "../harness/bench.ts";
import { cpuBetween } from "../harness/cpu.ts";
import type { Program } from "../harness/program.ts";
import type { Report } from "../harness/report.ts";
import { interleave, medianOf, ratioOf, readCpu } from "../harness/rounds.ts";

export const data = "demo";

const widths = [320, 640, 1_080, 2_048];
/** Pictures for each second that was asked for: a round takes about that long. */
const picturesPerSecond = 5;

interface MediaSample {
  perSecond: number;
  /** CPU milliseconds a picture, of all processes. */
  cpuMs: number;
}

export async function run(bench: Bench): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "pixora-bench-media-"));
  try {
    const photos = await Promise.all([1, 2, 3].map((seed) => makePhoto(seed)));
    const count = Math.max(4, Math.round(bench.options.seconds * picturesPerSecond));
    const env = { STORAGE_DIR: folder, WORKER_QUEUES: "media" };
    const worker = await bench.startWorker(env);
    const sides = [
      { name: "pixora", measure: () => measureWorker(bench, { folder, photos, count, worker }) },
      { name: "bare", measure: () => measureBare({ folder, photos, count }) },
    ];
    for (const side of sides) await side.measure();
    const samples = await interleave(bench, sides, (side) => side.measure());
    const row = (side: string) => ({
      side,
      "pictures/s": medianOf(samples, side, (sample) => sample.perSecond),
      "CPU ms": medianOf(samples, side, (sample) => sample.cpuMs),
    });
    const ratio = ratioOf(samples, ["pixora", "bare"], (sample) => sample.perSecond);
    return {
      rows: [row("pixora"), row("bare")],
      claims: [{ what: "pictures a second, of the bare loop", value: ratio, atLeast: 0.8 }],
      figures: { "pictures a round": count, "bytes a photo": photos[0]?.length ?? 0 },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Something with the detail of a photo: noise at several scales. */
async function makePhoto(seed: number): Promise<Buffer> {
  const noise = { type: "gaussian" as const, mean: 100 + seed * 15, sigma: 45 };
  const layer = { create: { width: 500, height: 375, channels: 3 as const, background: "#000", noise } };
  return sharp(await sharp(layer).png().toBuffer())
    .resize(4_000, 3_000, { kernel: "cubic" })
    .jpeg({ quality: 88 })
    .withMetadata({ orientation: 6 })
    .toBuffer();
}

interface Work {
  folder: string;
  photos: readonly Buffer[];
  count: number;
}

/** Completed uploads with their facts, all at once, until the last is ready. */
async function measureWorker(bench: Bench, input: Work & { worker: Program }): Promise<MediaSample> {
  const { folder, photos, count } = input;
  const { rows } = await bench.pool.query<{ id: string }>(
    `insert into media (owner_id, purpose, state, content_type, byte_size)
     select (select id from users order by id limit 1), 'post', 'processing', 'image/jpeg', 1
     from generate_series(1, $1) returning id`,
    [count],
  );
  const ids = rows.map((row) => row.id);
  await mkdir(join(folder, "intake"), { recursive: true });
  await Promise.all(ids.map((id, at) => writeFile(join(folder, "intake", id), photos[at % photos.length] ?? "")));
  const programs = [input.worker];
  const [startedMs, before] = [performance.now(), readCpu(bench, programs)];
  await bench.pool.query(
    `insert into outbox (fact, payload)
     select 'media.uploaded', jsonb_build_object('mediaId', id::text) from unnest($1::bigint[]) as media (id)`,
    [ids],
  );
  for (let open = count; open > 0; ) {
    await sleep(25);
    const left = await bench.pool.query<{ n: number }>(
      "select count(*)::int as n from media where id = any ($1) and state <> 'ready'",
      [ids],
    );
    open = left.rows[0]?.n ?? 0;
  }
  const elapsedMs = performance.now() - startedMs;
  const cpu = cpuBetween(before, readCpu(bench, programs));
  const cpuMs = Object.values(cpu).reduce((sum, us) => sum + us, 0) / 1_000 / count;
  return { perSecond: count / (elapsedMs / 1_000), cpuMs };
}

async function measureBare({ folder, photos, count }: Work): Promise<MediaSample> {
  sharp.concurrency(1);
  sharp.cache(false);
  const [startedMs, before] = [performance.now(), process.cpuUsage()];
  let next = 0;
  async function takeTurns(): Promise<void> {
    for (let at = next++; at < count; at = next++) {
      const photo = photos[at % photos.length];
      for (const width of widths) {
        const file = await sharp(photo).autoOrient().resize({ width }).webp({ quality: 80, effort: 2 }).toBuffer();
        await writeFile(join(folder, `bare-${at}-${width}.webp`), file);
      }
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, takeTurns));
  const elapsedMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(before);
  return { perSecond: count / (elapsedMs / 1_000), cpuMs: (user + system) / 1_000 / count };
}
