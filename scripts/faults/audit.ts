// The reckoning after a run: what the database holds against what every device heard and what was acknowledged.
import { waitFor } from "@pixora/api/testing";
import { paginate } from "@pixora/client";
import { queueNames } from "@pixora/jobs";
import type { Device, Person } from "./crowd.ts";
import type { LoadReport } from "./load.ts";
import type { Stage } from "./stage.ts";
import type { Line } from "./table.ts";

/** More than the longest way back of a fact: a stalled job, and a relay that looks for stale facts once a minute. */
const finishWithinMs = 150_000;

/** Counts rows: `from` is all that comes after "from". */
async function count(stage: Stage, from: string): Promise<number> {
  const { rows } = await stage.house.pool.query<{ n: number }>(`select count(*)::int as n from ${from}`);
  return rows[0]?.n ?? -1;
}

/** Where each person's log stands. */
async function readHeads(stage: Stage): Promise<Map<string, number>> {
  const { rows } = await stage.house.pool.query<{ id: string; seq: string }>(
    "select user_id as id, seq from live_heads",
  );
  return new Map(rows.map((row) => [row.id, Number(row.seq)]));
}

/** Waits until no fact is unfinished and every device has heard all; false where that does not come to pass. */
export async function waitUntilFinished(stage: Stage, people: readonly Person[]): Promise<boolean> {
  const options = { timeoutMs: finishWithinMs, everyMs: 250 };
  const haveCaughtUp = async () => {
    const heads = await readHeads(stage);
    return people.every(({ id, devices }) => devices.every(({ record }) => record.last() === heads.get(id)));
  };
  const isEmpty = async () => (await count(stage, "outbox")) === 0;
  return waitFor("an empty outbox", isEmpty, options)
    .then(() => waitFor("all devices to have caught up", haveCaughtUp, options))
    .catch(() => false);
}

/** Reckons up everything that must be nought. */
export async function auditRun(stage: Stage, input: { people: readonly Person[]; load: LoadReport }): Promise<Line[]> {
  const { people, load } = input;
  const nought = (name: string, value: number, seen: readonly string[] = []): Line => ({
    name,
    value: String(value),
    isRight: value === 0,
    seen: [...new Set(seen)].slice(0, 5),
  });
  const streams = await reckonStreams(stage, people);
  const causes = await reckonCauses(stage);
  const deaths = [...stage.servers, ...stage.workers].flatMap((slot) => slot.deaths());
  return [
    nought("events lost", streams.lost + causes.untold),
    nought("events doubled", streams.doubled),
    nought("events out of order", streams.outOfOrder),
    nought("told without a cause", causes.unfounded),
    nought("streams that ended", streams.errors.length, streams.errors),
    nought("requests hung", load.hung),
    nought("requests wrongly refused", load.wrong.length, load.wrong),
    nought("acknowledged calls without effect", ...(await reckonCalls(stage, load))),
    nought("processes that ended by themselves", deaths.length, deaths),
    nought("jobs wrongly in failed", ...(await findFailedJobs(stage))),
    nought("dead letters", await count(stage, "dead_letters")),
    nought("facts left in the outbox", await count(stage, "outbox")),
    nought("counters that differ from rows", await reckonCounters(stage)),
    nought("home feeds that differ from rows", await reckonFeeds(stage, people)),
  ];
}

interface StreamSums {
  lost: number;
  doubled: number;
  outOfOrder: number;
  errors: string[];
}

async function reckonStreams(stage: Stage, people: readonly Person[]): Promise<StreamSums> {
  const heads = await readHeads(stage);
  const { rows } = await stage.house.pool.query<{ id: string; receiver: string }>(
    `select id::text, "receiverId"::text as receiver from notifications`,
  );
  const stored = Map.groupBy(rows, (row) => row.receiver);
  const sums: StreamSums = { lost: 0, doubled: 0, outOfOrder: 0, errors: [] };
  for (const person of people) {
    const ids = new Set((stored.get(person.id) ?? []).map((row) => row.id));
    for (const device of person.devices) addDevice(sums, device, { seq: heads.get(person.id) ?? 0, ids });
  }
  return sums;
}

function addDevice(sums: StreamSums, { record }: Device, truth: { seq: number; ids: ReadonlySet<string> }): void {
  const faults = record.faults();
  const shown = record.shown();
  sums.lost += faults.lost + Math.max(0, truth.seq - record.last());
  // What was told by its number, but is not what stands: neither is it shown, nor has its end been heard.
  sums.lost += [...truth.ids].filter((id) => !shown.has(id)).length;
  sums.doubled += faults.doubled + [...shown].filter((id) => !truth.ids.has(id)).length;
  sums.outOfOrder += faults.outOfOrder;
  sums.errors.push(...faults.errors);
}

/** What each deed that stands has to be told: to whom, and under which key. */
const expectedCauses = `(
  select post.author_id as receiver, 'like/' || l.post_id || '/' || l.user_id as cause
  from post_likes l join posts post on post.id = l.post_id where post.author_id <> l.user_id
  union all
  select followee_id, 'follow/' || follower_id from follows
  union all
  select distinct told.receiver, 'comment/' || c.id
  from comments c join posts post on post.id = c.post_id,
       unnest(array[post.author_id, c.reply_to_author_id]) as told (receiver)
  where c.deleted_at is null and told.receiver is not null and told.receiver <> c.author_id) expected`;

async function reckonCauses(stage: Stage): Promise<{ untold: number; unfounded: number }> {
  const isTold = `n."receiverId" = expected.receiver and n."causeKey" = expected.cause`;
  return {
    untold: await count(stage, `${expectedCauses} where not exists (select from notifications n where ${isTold})`),
    unfounded: await count(stage, `notifications n where not exists (select from ${expectedCauses} where ${isTold})`),
  };
}

const presentKeys = {
  post_likes: "select post_id || '/' || user_id as key from post_likes",
  follows: "select follower_id || '/' || followee_id as key from follows",
  comments: "select text as key from comments where deleted_at is null",
  posts: "select caption as key from posts where deleted_at is null",
};

/** Calls whose last answer the database does not bear out, and comments that stand twice. */
async function reckonCalls(stage: Stage, load: LoadReport): Promise<[number, string[]]> {
  const wrong: string[] = [];
  for (const [table, sql] of Object.entries(presentKeys)) {
    const { rows } = await stage.house.pool.query<{ key: string }>(sql);
    const present = new Set(rows.map((row) => row.key));
    if (present.size !== rows.length) wrong.push(`${table}: ${rows.length - present.size} rows twice`);
    for (const entry of load.entries) {
      if (entry.table !== table || entry.stands === null || entry.stands === present.has(entry.key)) continue;
      wrong.push(`${table} ${entry.key}: answered ${entry.stands ? "made" : "undone"}`);
    }
  }
  return [wrong.length, wrong];
}

const differingCounters = [
  "post_counts c where like_count <> (select count(*) from post_likes l where l.post_id = c.post_id)",
  `post_counts c where comment_count <> (select count(*) from comments m
                                         where m.post_id = c.post_id and m.deleted_at is null)`,
  `comment_counts c where reply_count <> (select count(*) from comments m
                                          where m.parent_id = c.comment_id and m.deleted_at is null)`,
  "user_counts c where follower_count <> (select count(*) from follows f where f.followee_id = c.user_id)",
  "user_counts c where following_count <> (select count(*) from follows f where f.follower_id = c.user_id)",
  "user_counts c where post_count <> (select count(*) from posts p where p.author_id = c.user_id and p.deleted_at is null)",
  `live_heads h where unread <> (select count(*) from notifications n
                                 where n."receiverId" = h.user_id and not n.read)`,
  `live_heads h where unseen <> (select count(*) from notifications n
                                 where n."receiverId" = h.user_id and not n.seen)`,
  "live_heads h where seq <> (select count(*) from live_log e where e.user_id = h.user_id)",
  "live_heads h where seq <> (select coalesce(max(e.seq), 0) from live_log e where e.user_id = h.user_id)",
];

async function reckonCounters(stage: Stage): Promise<number> {
  let sum = 0;
  for (const from of differingCounters) sum += await count(stage, from);
  return sum;
}

/** People whose home feed, page by page, is not what a naive query says, now that no fact is unfinished. */
async function reckonFeeds(stage: Stage, people: readonly Person[]): Promise<number> {
  let differing = 0;
  for (const { id, devices } of people) {
    const { rows } = await stage.house.pool.query<{ id: string }>(
      `select id::text from posts p where deleted_at is null and (author_id = $1
         or exists (select from follows f where f.follower_id = $1 and f.followee_id = p.author_id)) order by p.id desc`,
      [id],
    );
    const shown: string[] = [];
    for await (const post of paginate(devices[0].pixora.feed.home, {})) shown.push(post.id);
    if (shown.join() !== rows.map((row) => row.id).join()) differing += 1;
  }
  return differing;
}

/** Jobs that BullMQ gave up, with their reasons. */
async function findFailedJobs({ house, redis }: Stage): Promise<[number, string[]]> {
  const found: string[] = [];
  for (const queue of queueNames) {
    const key = `{${house.prefix}-jobs}:${queue}`;
    for (const id of await redis.zrange(`${key}:failed`, "0", "-1")) {
      const [name, reason, stack] = await redis.hmget(`${key}:${id}`, "name", "failedReason", "stacktrace");
      found.push(`${queue} ${name}: ${reason} ${stack}`);
    }
  }
  return [found.length, found];
}
