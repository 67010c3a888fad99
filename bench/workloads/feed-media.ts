// feed-media: the pages of feed-warm by one and the same server program, on the data as it is and on a copy whose posts and
// authors have pictures. Pictures may not cost a round trip, and hardly any throughput.
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type pg from "pg";
import { queryOnce } from "../../scripts/services/open.mjs";
import type { Bench } from "../harness/bench.ts";
import { type Report, sideRow } from "../harness/report.ts";
import { interleave, measureSide, medianOf, ratioOf, type Samples, type Side } from "../harness/rounds.ts";
import type { PreparedRequest } from "../load/plan.ts";
import { fetchPages, pixoraPages, signInReaders, warmWindows } from "./feed-readers.ts";

export const data = "scale";

const readerKinds = ["30", "300", "1000"] as const;
const openConnections = 256;
/** Longer than a backend keeps its counts to itself. */
const countsDelayMs = 11_000;

interface MediaSide extends Side {
  pages: PreparedRequest[];
  database: string;
}

interface Page {
  result: { data: { items: { id: string; media: unknown[]; author: { avatar: unknown } }[] } };
}

export async function run(bench: Bench): Promise<Report> {
  const copy = await bench.openCopy();
  const plain = await openSide(bench, { name: "without", pool: bench.pool, databaseUrl: bench.databaseUrl });
  const before = (await fetchPages(plain.program, plain.pages)) as Page[];
  bench.log("attaching pictures to every post of these pages, and avatars to their authors");
  await attachPictures(
    copy.pool,
    before.flatMap((page) => page.result.data.items.map((post) => post.id)),
  );
  const pictured = await openSide(bench, { name: "with", ...copy });
  const after = (await fetchPages(pictured.program, pictured.pages)) as Page[];
  requirePictures(before, after);
  const sides = [plain, pictured];
  const trips = await countRoundTrips(bench, sides);
  const closed = await interleave(bench, sides, (side) => measureSide(bench, side));
  const perSecond = Math.round(medianOf(closed, "without", (sample) => sample.perSecond) / 2);
  const open = await interleave(bench, sides, (side) =>
    measureSide(bench, side, { perSecond, connections: openConnections }),
  );
  return reportOf({ closed, open, perSecond, trips, pages: [before, after] });
}

/** A server on this data, its readers signed in and their windows warm. */
async function openSide(bench: Bench, input: { name: string; pool: pg.Pool; databaseUrl: string }): Promise<MediaSide> {
  const { name, pool, databaseUrl } = input;
  const pages = pixoraPages(await signInReaders({ ...bench, pool }, readerKinds));
  const program = await bench.startServer({
    DATABASE_URL: databaseUrl,
    REDIS_PREFIX: `${bench.redisPrefix}-${name}`,
  });
  bench.log(`warming ${pages.length} windows "${name}"`);
  await warmWindows(program.port, pages);
  bench.generator.prepare(name, pages);
  return { name, program, requests: name, pages, database: new URL(databaseUrl).pathname.slice(1) };
}

// As the worker leaves them: one to three on a post, four widths, a thumbhash, a text; an avatar has two widths.
const attachSql = `
  insert into media (owner_id, purpose, state, content_type, byte_size, width, height, placeholder, variants,
                     post_id, position, alt)
  select post.author_id, 'post', 'ready', 'image/jpeg', 3500000, 2048, 1536,
         encode(decode(left(md5(post.id::text || place) || md5(place::text), 46), 'hex'), 'base64'),
         '[[320, 240], [640, 480], [1080, 810], [2048, 1536]]', post.id, place,
         'Number ' || place || ' of the pictures of a morning'
  from posts post cross join lateral generate_series(1, 1 + mod(post.id, 3)::int) as place
  where post.id = any ($1::bigint[])`;

const wearSql = `
  with avatar as (
    insert into media (owner_id, purpose, state, content_type, byte_size, width, height, placeholder, variants, position)
    select distinct post.author_id, 'avatar', 'ready', 'image/jpeg', 900000, 640, 640,
           encode(decode(left(repeat(md5(post.author_id::text), 2), 46), 'hex'), 'base64'), '[[320, 320], [640, 640]]'::jsonb, 0
    from posts post where post.id = any ($1::bigint[])
    returning id, owner_id
  )
  update users set avatar_media_id = avatar.id from avatar where users.id = avatar.owner_id`;

async function attachPictures(pool: pg.Pool, postIds: readonly string[]): Promise<void> {
  const ids = [...new Set(postIds)];
  await pool.query(attachSql, [ids]);
  await pool.query(wearSql, [ids]);
  await pool.query("vacuum (analyze) media");
  await pool.query("vacuum (analyze) users");
}

/** Throws unless both sides show the same posts, those of `after` all with pictures and an avatar. */
function requirePictures(before: readonly Page[], after: readonly Page[]): void {
  before.forEach((page, index) => {
    const [plain, pictured] = [page, after[index]].map((one) => one?.result.data.items ?? []);
    const isSame = plain?.every((post, at) => post.id === pictured?.[at]?.id && post.media.length === 0) === true;
    const isPictured = pictured?.every((post) => post.media.length > 0 && post.author.avatar !== null) === true;
    if (!isSame || !isPictured) throw new Error(`the pages of reader ${index} are not the same posts with pictures`);
  });
}

/** A page's, of each side in their order. */
interface RoundTrips {
  statements: number[];
  commands: number[];
}

/** How often a page goes to PostgreSQL and to Redis, one page after the other. What servers do by themselves counts too. */
async function countRoundTrips(bench: Bench, sides: readonly MediaSide[]): Promise<RoundTrips> {
  const { adminUrl, redisUrl } = bench.services;
  const redis = new Redis(redisUrl);
  const readCommands = async () => Number(/total_commands_processed:(\d+)/.exec(await redis.info("stats"))?.[1]);
  const readStatements = async ({ database }: MediaSide) => {
    const sql = `select xact_commit::int as n from pg_stat_database where datname = '${database}'`;
    return Number((await queryOnce(adminUrl, sql))[0]?.n);
  };
  bench.log("counting round trips");
  await sleep(countsDelayMs);
  const before = await Promise.all(sides.map(readStatements));
  const commands: number[] = [];
  for (const side of sides) {
    const commandsBefore = await readCommands();
    await fetchPages(side.program, side.pages);
    commands.push(((await readCommands()) - commandsBefore) / side.pages.length);
  }
  await sleep(countsDelayMs);
  const after = await Promise.all(sides.map(readStatements));
  redis.disconnect();
  const ran = sides.map((side, at) => ((after[at] ?? Number.NaN) - (before[at] ?? Number.NaN)) / side.pages.length);
  return { statements: ran, commands };
}

function reportOf(input: {
  closed: Samples;
  open: Samples;
  perSecond: number;
  trips: RoundTrips;
  pages: readonly (readonly Page[])[];
}): Report {
  const { closed, open, perSecond, trips, pages } = input;
  const pair: [string, string] = ["with", "without"];
  const bytes = pages.map((ofSide) => JSON.stringify(ofSide).length / ofSide.length);
  return {
    rows: [
      ...pair.map((side) => sideRow(closed, side, { mode: "closed" })),
      ...pair.map((side) => sideRow(open, side, { mode: `open ${perSecond}/s` })),
    ],
    claims: [
      { what: "throughput of pages without", value: ratioOf(closed, pair, (sample) => sample.perSecond), atLeast: 0.9 },
      { what: "statements a page, more than without", value: moreThan(trips.statements), atMost: 0 },
      { what: "Redis commands a page, more than without", value: moreThan(trips.commands), atMost: 0 },
    ],
    figures: {
      "statements a page, without and with": shown(trips.statements),
      "Redis commands a page, without and with": shown(trips.commands),
      "bytes a page, without and with": shown(bytes),
      "node CPU, times without": ratioOf(closed, pair, (sample) => sample.cpuUs.node ?? 0),
      "PostgreSQL CPU, times without": ratioOf(closed, pair, (sample) => sample.cpuUs.postgres ?? 0),
      "p99 at the same rate, times without": ratioOf(open, pair, (sample) => sample.p99Ms),
    },
  };
}

/** To a tenth: servers also do a little by themselves. */
function moreThan([plain = Number.NaN, pictured = Number.NaN]: readonly number[]): number {
  return Math.round(10 * (pictured - plain)) / 10;
}

function shown(numbers: readonly number[]): string {
  return numbers.map((number) => number.toFixed(2)).join(" and ");
}
