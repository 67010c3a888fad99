// What the feed's tests share: publishing through the service, a worker for its jobs, looks into a reader's window.
import { statement } from "@pixora/db";
import type { FactOf } from "@pixora/jobs";
import { epochReaderOf } from "../feed/feed.epoch.ts";
import { pushPosts } from "../feed/feed.fanout.ts";
import { type WindowKeys, windowKeys } from "../feed/feed.keys.ts";
import { listHomeFeed } from "../feed/feed.service.ts";
import { waitForRebuilds } from "../feed/feed.window.ts";
import type { Deps } from "../platform/process/deps.ts";
import { createPost } from "../post/post.service.ts";

const selectPushFacts = statement<FactOf<"feed.pushPosts">>(
  "stage.pushFacts",
  `select id, fact, payload from outbox o where fact in ('post.created', 'post.createdPlain', 'feed.rangeRequested')
   and not exists (select from outbox_completions c where c.fact_id = o.id and c.job = 'feed.pushPosts') order by id`,
);
const selectDropFacts = statement<FactOf<"feed.dropWindows">>(
  "stage.dropFacts",
  `select id, fact, payload from outbox o
   where fact in ('follow.created', 'follow.deleted', 'feed.pullSwitched')
   and not exists (select from outbox_completions c where c.fact_id = o.id and c.job = 'feed.dropWindows') order by id`,
);

/** Facts that wait for the job feed.pushPosts. */
export function readPushFacts(deps: Deps): Promise<FactOf<"feed.pushPosts">[]> {
  return deps.db.sql.many(selectPushFacts);
}

/** Facts that wait for the job feed.dropWindows. */
export function readDropFacts(deps: Deps): Promise<FactOf<"feed.dropWindows">[]> {
  return deps.db.sql.many(selectDropFacts);
}

/** Publishes a post as a person would; answers its id. */
export async function publish(deps: Deps, authorId: string): Promise<string> {
  const post = await createPost(deps, { actorId: authorId, caption: "hello", media: [], visibility: "public" });
  return post.id;
}

/** Pushes everything that waits, ranges included. */
export async function pushAll(deps: Deps, rangeSize?: number): Promise<void> {
  for (let facts = await readPushFacts(deps); facts.length > 0; facts = await readPushFacts(deps)) {
    await pushPosts(deps, { facts, ...(rangeSize ? { rangeSize } : {}) });
  }
}

/** The ids of a reader's first page. */
export async function readFeedIds(deps: Deps, readerId: string): Promise<string[]> {
  const page = await listHomeFeed(deps, { viewerId: readerId, limit: 20 });
  return page.items.map((post) => post.id);
}

/** Reads once, so that there is a window. */
export async function warmUp(deps: Deps, readerId: string): Promise<void> {
  await readFeedIds(deps, readerId);
  await waitForRebuilds(deps);
}

export async function keysOfWindow(deps: Deps, readerId: string): Promise<WindowKeys> {
  const epoch = await epochReaderOf(deps).readFresh();
  return windowKeys({ prefix: deps.redis.prefix, epoch, readerId });
}

/** The elements of a reader's list, newest first; empty where there is none. */
export async function listOfWindow(deps: Deps, readerId: string): Promise<string[]> {
  return (await deps.redis.cache.lrange((await keysOfWindow(deps, readerId)).list, 0, -1)).reverse();
}
