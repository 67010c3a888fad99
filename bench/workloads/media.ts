// media: from a completed upload to a picture that is ready, by a worker as deployed (queue, outbox, storage, event log),
// against a bare loop of sharp that makes the same files. Photos of 12 megapixels, as JPEG and as HEIC, two at a time on two
// processors; then a mixture as people send it, and what memory the worker takes with it and after it.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import type { Bench } from "../harness/bench.ts";
import { cpuBetween, familyCpuUs } from "../harness/cpu.ts";
import { watchMemory } from "../harness/family-memory.ts";
import type { Program } from "../harness/program.ts";
import type { Report } from "../harness/report.ts";
import { interleave, medianOf, ratioOf } from "../harness/rounds.ts";
import { makeHeics, makeMixture, makePhoto } from "./media.pictures.ts";

export const data = "demo";

const widths = [320, 640, 1_080, 2_048];
/** Pictures for each second that was asked for: a round takes about that long. */
const picturesPerSecond = 5;
/** HEIC takes about four times as long. */
const heicsPerSecond = 1.5;
const mixedPictures = 300;
/** Longer than a worker keeps what it might need again. */
const restMs = 15_000;

interface MediaSample {
  perSecond: number;
  /** CPU milliseconds a picture, of all processes. */
  cpuMs: number;
}

export async function run(bench: Bench): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "pixora-bench-media-"));
  try {
    const photos = await Promise.all([1, 2, 3].map((seed) => makePhoto(seed)));
    const heics = await makeHeics(photos.slice(0, 1));
    const { seconds } = bench.options;
    const count = Math.max(4, Math.round(seconds * picturesPerSecond));
    const heicCount = Math.max(2, Math.round(seconds * heicsPerSecond));
    const worker = await bench.startWorker({ STORAGE_DIR: folder, WORKER_QUEUES: "media" });
    const sides = [
      { name: "pixora", measure: () => measureWorker(bench, { folder, photos, count, worker }) },
      { name: "bare", measure: () => measureBare({ folder, photos, count }) },
      {
        name: "pixora, HEIC",
        measure: () => measureWorker(bench, { folder, photos: heics, count: heicCount, worker }),
      },
    ];
    for (const side of sides) await side.measure();
    const samples = await interleave(bench, sides, (side) => side.measure());
    const row = (side: string) => ({
      side,
      "pictures/s": medianOf(samples, side, (sample) => sample.perSecond),
      "CPU ms": medianOf(samples, side, (sample) => sample.cpuMs),
    });
    const ofBare = ratioOf(samples, ["pixora", "bare"], (sample) => sample.perSecond);
    const ofJpeg = ratioOf(samples, ["pixora, HEIC", "pixora"], (sample) => sample.perSecond);
    const memory = await measureMemory(bench, { folder, worker });
    return {
      rows: sides.map(({ name }) => row(name)),
      claims: [
        { what: "pictures a second, of the bare loop", value: ofBare, atLeast: 0.8 },
        { what: "HEIC a second, of JPEGs", value: ofJpeg, atLeast: 0.25 },
      ],
      figures: { "pictures a round": count, "bytes a photo": photos[0]?.length ?? 0, ...memory },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a worker and its processes take together, at most while it makes a mixture, and when it rests after it. */
async function measureMemory(bench: Bench, input: { folder: string; worker: Program }): Promise<Report["figures"]> {
  const mixture = await makeMixture();
  const watch = watchMemory(input.worker.pid);
  const { failed } = await makeAll(bench, { ...input, photos: mixture, count: mixedPictures });
  const peak = watch.end();
  await sleep(restMs);
  return {
    "mixed pictures": mixedPictures,
    "mixed pictures that failed": failed,
    "MB at most while they are made": peak.peakBytes / 1e6,
    "MB at rest after them": watchMemory(input.worker.pid).end().peakBytes / 1e6,
  };
}

interface Work {
  folder: string;
  photos: readonly Buffer[];
  count: number;
}

async function measureWorker(bench: Bench, input: Work & { worker: Program }): Promise<MediaSample> {
  const readCpu = () => ({
    worker: familyCpuUs(input.worker.pid),
    postgres: familyCpuUs(bench.services.postgresPid),
    redis: familyCpuUs(bench.services.redisPid),
  });
  const [startedMs, before] = [performance.now(), readCpu()];
  await makeAll(bench, input);
  const elapsedMs = performance.now() - startedMs;
  const cpu = cpuBetween(before, readCpu());
  const cpuMs = Object.values(cpu).reduce((sum, us) => sum + us, 0) / 1_000 / input.count;
  return { perSecond: input.count / (elapsedMs / 1_000), cpuMs };
}

/** Completed uploads with their facts, all at once, until the last is made or refused. */
async function makeAll(bench: Bench, input: Work): Promise<{ failed: number }> {
  const { folder, photos, count } = input;
  const { rows } = await bench.pool.query<{ id: string }>(
    `insert into media (owner_id, purpose, state, content_type, byte_size)
     select (select id from users order by id limit 1), 'post', 'processing', 'image/jpeg', 1
     from generate_series(1, $1) returning id`,
    [count],
  );
  const ids = rows.map((row) => row.id);
  await mkdir(join(folder, "intake"), { recursive: true });
  for (const [at, id] of ids.entries()) await writeFile(join(folder, "intake", id), photos[at % photos.length] ?? "");
  await bench.pool.query(
    `insert into outbox (fact, payload)
     select 'media.uploaded', jsonb_build_object('mediaId', id::text) from unnest($1::bigint[]) as media (id)`,
    [ids],
  );
  for (;;) {
    const { rows: states } = await bench.pool.query<{ open: number; failed: number }>(
      `select count(*) filter (where state = 'processing')::int as open,
              count(*) filter (where state = 'failed')::int as failed
       from media where id = any ($1)`,
      [ids],
    );
    const { open = 0, failed = 0 } = states[0] ?? {};
    if (open === 0) return { failed };
    await sleep(25);
  }
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
