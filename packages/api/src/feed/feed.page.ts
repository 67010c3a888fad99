// One page of the home feed, either wholly from the reader's window or wholly from SQL. Both end in the same statement,
// which decides what the reader may see now: nothing that a list or a cache holds is shown without it.
import { maxId, statement } from "@pixora/db";
import type { CallerSession } from "../platform/call/context.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { PostView } from "../post/post.schema.ts";
import { type PostState, postStatesSql } from "../post/post.state.ts";
import { presentStates } from "../post/post.view.ts";
import { actorRefusal } from "../visibility/session.visibility.ts";
import { isFollowing, mutedBy } from "../visibility/user.visibility.ts";
import { isNewer } from "./feed.keys.ts";
import { selectFeedIds } from "./feed.sql.ts";
import { type FeedWindow, readWindow } from "./feed.window.ts";

/** Posts below a position, and the position of the next page; null at the end of the feed. */
export interface FeedPage {
  items: PostView[];
  nextId: string | null;
}

export interface FeedPageRequest {
  readerId: string;
  /** Asked for by the statement of the page; null where no session reads. */
  session: CallerSession | null;
  /** The last id of the page before; null for the first page. */
  beforeId: string | null;
  limit: number;
}

/** Read beyond the limit, for what the reader may not see after all. */
const surplus = 5;
const maxRounds = 4;

const reader = "$1::bigint";

// Candidates, and what is never pushed: the reader's own posts and those of the large accounts they follow.
const selectPage = statement<PostState>(
  "feed.selectPage",
  postStatesSql({
    wanted: `(
      select unnest($2::bigint[]) as id
      union
      (select own.id from posts own
       where own.author_id = ${reader} and own.id < $3 and own.id >= $4 and own.deleted_at is null
       order by own.id desc limit $6)
      union
      select pulled.id from unnest($5::bigint[]) as large (author_id) cross join lateral (
        select p.id from posts p
        where p.author_id = large.author_id and p.is_pulled and p.id < $3 and p.id >= $4 and p.deleted_at is null
        order by p.id desc limit $6) pulled
    ) wanted`,
    viewer: reader,
    condition: `(author.id = ${reader}
                 or (${isFollowing(reader, "author.id")} and author.id not in ${mutedBy(reader)}))
                and ${actorRefusal({ actorId: reader, sessionId: "$7::bigint", now: "$8::timestamptz" })} is null`,
    follow: `case when author.id = ${reader} then 'none' else 'following' end`,
    orderBy: "post.id desc",
  }),
);

interface Candidates {
  ids: readonly string[];
  beforeId: string | null;
  /** Everything from here up to `beforeId` is among the candidates, or added; `maxId` adds nothing. */
  fromId: string;
  largeAuthorIds: readonly string[];
  limit: number;
}

/** Throws auth.sessionRevoked or auth.suspended for a session that has ended. */
async function selectStates(
  deps: Pick<Deps, "db" | "clock">,
  { readerId, session }: FeedPageRequest,
  from: Candidates,
): Promise<PostState[]> {
  const { ids, beforeId, fromId, largeAuthorIds, limit } = from;
  const place = [beforeId ?? maxId, fromId, largeAuthorIds, limit];
  const states = await deps.db.sql.many(selectPage, [readerId, ids, ...place, session?.id ?? null, deps.clock.now()]);
  if (session === null) return states;
  // A session that has ended is shown nothing, and looks like a reader from whom all of it is hidden.
  if (states.length > 0) session.isLive = true;
  else await session.ask();
  return states;
}

/** A page from SQL alone: the cold path, and the truth. */
export async function readSqlPage(
  deps: Pick<Deps, "db" | "clock" | "storage">,
  input: FeedPageRequest,
): Promise<FeedPage> {
  const { readerId, limit } = input;
  const gathered: PostState[] = [];
  let beforeId = input.beforeId;
  for (let round = 0; round < maxRounds; round += 1) {
    // Long runs of hidden posts (of someone suspended) are passed in growing steps.
    const wanted = limit - gathered.length + surplus * 4 ** round;
    const ids = await selectFeedIds(deps.db.sql, { readerId, beforeId, limit: wanted });
    const lastId = ids.at(-1);
    if (lastId === undefined) return present(deps, input, { states: gathered, nextId: null });
    const request = { ids, beforeId, fromId: maxId, largeAuthorIds: [], limit: wanted };
    gathered.push(...(await selectStates(deps, input, request)));
    const nextId = ids.length < wanted ? null : lastId;
    if (nextId === null || gathered.length >= limit) return present(deps, input, { states: gathered, nextId });
    beforeId = nextId;
  }
  return present(deps, input, { states: gathered, nextId: beforeId });
}

/** A page from the reader's window alone; "absent" where there is none, "short" where it ends before the page does. */
export async function readWindowPage(
  deps: Pick<Deps, "db" | "redis" | "log" | "clock" | "storage">,
  input: FeedPageRequest,
): Promise<FeedPage | "absent" | "short"> {
  const { readerId, limit } = input;
  const gathered: PostState[] = [];
  let { beforeId } = input;
  let window: FeedWindow | null = null;
  for (;;) {
    const place: Place = { readerId, beforeId, wanted: limit - gathered.length + surplus };
    window = await windowFor(deps, place, window);
    if (window === null) return "absent";
    const part = takePart(window, place);
    if (part === null) return "short";
    const { largeAuthorIds } = window;
    const candidates = { ...part, beforeId, largeAuthorIds, limit: place.wanted };
    gathered.push(...(await selectStates(deps, input, candidates)));
    const nextId: string | null = part.fromId === "0" ? null : part.fromId;
    if (nextId === null || gathered.length >= limit) return present(deps, input, { states: gathered, nextId });
    beforeId = nextId;
  }
}

interface Place {
  readerId: string;
  beforeId: string | null;
  wanted: number;
}

/** The window in hand while it has enough; else read again, whole: in hand was only its head. */
async function windowFor(
  deps: Pick<Deps, "db" | "redis" | "log" | "clock">,
  place: Place,
  window: FeedWindow | null,
): Promise<FeedWindow | null> {
  if (window !== null && (window.isWhole || takePart(window, place) !== null)) return window;
  return readWindow(deps, { readerId: place.readerId, beforeId: place.beforeId, count: place.wanted });
}

/** The next `wanted` ids of a window and how far down they are complete; null where the window says too little. */
function takePart(window: FeedWindow, place: Place): { ids: string[]; fromId: string } | null {
  const { beforeId, wanted } = place;
  const below = beforeId === null ? window.ids : window.ids.filter((id) => isNewer(beforeId, id));
  const ids = below.slice(0, wanted);
  const lastId = ids.at(-1);
  if (ids.length === wanted && lastId !== undefined) return { ids, fromId: lastId };
  return window.floorId === "0" && window.isWhole ? { ids, fromId: "0" } : null;
}

async function present(
  deps: Pick<Deps, "db" | "storage">,
  input: FeedPageRequest,
  read: { states: PostState[]; nextId: string | null },
): Promise<FeedPage> {
  // A full page ends at its last post: what was read beyond it is read again from there.
  const states = read.states.slice(0, input.limit);
  const isCut = states.length < read.states.length;
  const items = await presentStates(deps, { viewerId: input.readerId, states });
  return { items, nextId: isCut ? (states.at(-1)?.id ?? null) : read.nextId };
}
