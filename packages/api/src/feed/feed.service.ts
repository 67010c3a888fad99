// The home feed: one's own posts and those of followed people who are not muted, newest first.
// Promise: what exists throughout a walk comes exactly once, in order; others' posts younger than five seconds may be
// missing. Redis makes it cheap, and is never needed.
import type { CallerSession } from "../platform/call/context.ts";
import { type CursorKind, decodeCursor, encodeCursor, endEarly } from "../platform/call/cursor.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import type { PostView } from "../post/post.schema.ts";
import { weighPost } from "../post/post.view.ts";
import { isFanoutCurrent } from "./feed.freshness.ts";
import { type FeedPage, type FeedPageRequest, readSqlPage, readWindowPage } from "./feed.page.ts";
import { startRebuild } from "./feed.window.ts";

const home: CursorKind<string> = { list: "feed.home", position: idInput };

type FeedDeps = Pick<Deps, "db" | "redis" | "log" | "clock" | "storage">;

/**
 * A page of the home feed. It is shorter than its limit where many posts are hidden from the viewer. A session that is
 * given is told if it was found alive; throws auth.sessionRevoked or auth.suspended where it was found to have ended.
 */
export async function listHomeFeed(
  deps: FeedDeps,
  input: { viewerId: string; session?: CallerSession } & PageRequest,
): Promise<Page<PostView>> {
  const beforeId = decodeCursor(home, { input: {}, cursor: input.cursor });
  const { viewerId: readerId, session = null, limit } = input;
  const page = await readPage(deps, { readerId, session, beforeId, limit });
  const cursorAfter = ({ id }: { id: string }) => encodeCursor(home, { input: {}, position: id });
  const nextCursor = page.nextId === null ? null : cursorAfter({ id: page.nextId });
  return endEarly({ items: page.items, nextCursor }, { weigh: weighPost, cursorAfter });
}

/** How many pages this process served from where, since it started. */
export const servedPagesOf = onePerDeps((_: FeedDeps) => ({ fromWindow: 0, fromSql: 0 }));

async function readPage(deps: FeedDeps, request: FeedPageRequest): Promise<FeedPage> {
  const served = servedPagesOf(deps);
  const page = (await isFanoutCurrent(deps)) ? await readWindowPage(deps, request) : "short";
  if (typeof page === "object") {
    served.fromWindow += 1;
    return page;
  }
  served.fromSql += 1;
  const fromSql = await readSqlPage(deps, request);
  if (page === "absent") startRebuild(deps, { readerId: request.readerId });
  return fromSql;
}
