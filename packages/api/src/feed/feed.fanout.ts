// Pushes new posts into the windows of followers who have one. Runs in the worker, with lists of facts.
// Promises: when a post's facts are recorded done, every window that existed lists the post or is gone; doing it again
// changes nothing that a page shows. Whoever follows later had their window deleted, and the rebuilt one has the post.
import { maxId, statement, type Tx } from "@pixora/db";
import type { FactOf, NewFact } from "@pixora/jobs";
import { insertFacts, recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { withinEpoch } from "./feed.epoch.ts";
import { bucketCount, readerNamesSql } from "./feed.keys.ts";
import { type Push, pushToWindows } from "./feed.push.ts";
import { warmReadersSql } from "./feed.warmth.ts";

/** Followers read by one statement. */
const chunkSize = 20_000;
/** Followers in one range: a post with more is pushed by several jobs, which may run side by side. */
const defaultRangeSize = chunkSize;

type FanoutDeps = Pick<Deps, "db" | "redis" | "clock" | "wakeRelay">;

/** Some followers of an author, by the ids of their follows, who are to get a post. */
interface Target {
  factId: string;
  postId: string;
  authorId: string;
  fromId: string;
  toId: string;
  followerCount: number;
}

/** Pushes posts, or plans their ranges where followers are more than `rangeSize`. Rejects while Redis is away. */
export async function pushPosts(
  deps: FanoutDeps,
  input: { facts: FactOf<"feed.pushPosts">[]; rangeSize?: number },
): Promise<void> {
  const { rangeSize = defaultRangeSize } = input;
  const created = input.facts.filter((fact) => fact.fact !== "feed.rangeRequested");
  const ranges = input.facts.filter((fact) => fact.fact === "feed.rangeRequested");
  const posts = await selectPushable(deps, { facts: created });
  const large = posts.filter((post) => post.followerCount > rangeSize);
  const targets = posts
    .filter((post) => post.followerCount <= rangeSize)
    .concat(ranges.map((fact) => ({ factId: fact.id, ...fact.payload, followerCount: rangeSize })));
  await pushTargets(deps, targets);
  await deps.db.inTransaction(async (tx) => {
    for (const post of large) await planRanges(tx, { post, rangeSize });
    recordDone(tx, { job: "feed.pushPosts", factIds: input.facts.map((fact) => fact.id) });
  });
  if (large.length > 0) deps.wakeRelay();
}

// Pulled posts are not pushed; deleted ones no longer need to be. The account may have grown since, so the largest
// follow id is taken as the end: whoever comes later gets a new window. The count only says how to cut.
const selectPosts = statement<Target>(
  "feed.selectPushable",
  `select wanted.fact_id as "factId", post.id as "postId", post.author_id as "authorId",
          '1' as "fromId", '${maxId}' as "toId", coalesce(counts.follower_count, 0) as "followerCount"
   from unnest($1::bigint[], $2::bigint[]) as wanted (fact_id, post_id)
   join posts post on post.id = wanted.post_id
   left join user_counts counts on counts.user_id = post.author_id
   where post.deleted_at is null and not post.is_pulled`,
);

async function selectPushable(
  deps: FanoutDeps,
  input: { facts: { id: string; payload: { postId: string } }[] },
): Promise<Target[]> {
  const { facts } = input;
  if (facts.length === 0) return [];
  return deps.db.sql.many(selectPosts, [facts.map((fact) => fact.id), facts.map((fact) => fact.payload.postId)]);
}

const selectRanges = statement<{ fromId: string; toId: string }>(
  "feed.planRanges",
  `select min(id) as "fromId", max(id) as "toId"
   from (select id, row_number() over (order by id desc) as place from follows where followee_id = $1) numbered
   group by (place - 1) / $2`,
);

async function planRanges(tx: Tx, input: { post: Target; rangeSize: number }): Promise<void> {
  const { postId, authorId } = input.post;
  const ranges = await tx.many(selectRanges, [authorId, input.rangeSize]);
  const facts = ranges.map(
    ({ fromId, toId }): NewFact => ({ fact: "feed.rangeRequested", payload: { postId, authorId, fromId, toId } }),
  );
  await insertFacts(tx, { facts });
}

async function pushTargets(deps: FanoutDeps, targets: readonly Target[]): Promise<void> {
  if (targets.length === 0) return;
  await withinEpoch(deps, async (epoch) => {
    for (const chunk of chunksOf(targets)) await pushChunk(deps, { targets: chunk, epoch });
  });
}

/** Splits targets so that each part has a bounded number of followers. */
function chunksOf(targets: readonly Target[]): Target[][] {
  const chunks: Target[][] = [];
  let room = 0;
  for (const target of targets) {
    const chunk = chunks.at(-1);
    if (chunk === undefined || target.followerCount > room) {
      chunks.push([target]);
      room = chunkSize;
    } else {
      chunk.push(target);
    }
    room -= target.followerCount;
  }
  return chunks;
}

// A row for each post and bucket: a thousand followers cost the worker one string. Only those who may have a window: the
// snapshot holds the posts, as feed.warmth.ts asks.
const selectReaders = statement<Push>(
  "feed.selectReaders",
  `select target.post_id as "postId", (warm.reader_id & ${bucketCount - 1})::int as bucket, ${readerNamesSql("warm.reader_id")} as readers
   from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as target (post_id, author_id, from_id, to_id)
   cross join lateral (${warmReadersSql(
     `select f.follower_id from follows f
      where f.followee_id = target.author_id and f.id between target.from_id and target.to_id`,
   )}) warm
   group by 1, 2`,
);

async function pushChunk(deps: FanoutDeps, input: { targets: Target[]; epoch: string }): Promise<void> {
  const { targets, epoch } = input;
  const rows = await deps.db.sql.many(selectReaders, [
    targets.map((target) => target.postId),
    targets.map((target) => target.authorId),
    targets.map((target) => target.fromId),
    targets.map((target) => target.toId),
  ]);
  await pushToWindows(deps, { epoch, pushes: rows });
}
