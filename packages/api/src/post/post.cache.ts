// The bodies of posts: what only an edit changes, the author's summary included. Kept in this process, bounded, and
// keyed by the versions of post and author: an edited post is another key, so there is no invalidation to lose.
// Promise: no body is served without its versions having been read, with all checks, for this very page.
import { type Db, statement } from "@pixora/db";
import { LRUCache } from "lru-cache";
import { postPicturesSql, type StoredPicture } from "../media/media.picture.ts";
import { createBatchLoader } from "../platform/flow/batch.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { parseHashtags } from "../platform/text/hashtag.ts";
import { type StoredSummary, type SummaryRow, storedSummaryOfRow, summaryColumns } from "../user/user.summary.ts";
import type { PostVisibility } from "./post.schema.ts";
import type { PostState } from "./post.state.ts";

/** Frozen: every page shows the same object. */
export interface PostBody {
  author: StoredSummary;
  caption: string;
  /** By key: their URLs are signed page by page. */
  pictures: StoredPicture[];
  /** As the caption writes them. */
  hashtags: string[];
  visibility: PostVisibility;
  createdAt: string;
  editedAt: string | null;
}

interface BodyRow extends SummaryRow {
  id: string;
  version: number;
  authorVersion: number;
  caption: string;
  pictures: StoredPicture[];
  visibility: PostVisibility;
  createdAt: Date;
  editedAt: Date | null;
}

const selectBodies = statement<BodyRow>(
  "post.selectBodies",
  `select post.id, post.version, author.version as "authorVersion", post.caption, post.visibility,
          post.created_at as "createdAt", post.edited_at as "editedAt", ${postPicturesSql("post.id")} as pictures,
          ${summaryColumns("author")}
   from posts post join users author on author.id = post.author_id
   where post.id = any($1::bigint[])`,
);

/** Some 180,000 bodies of text alone, or 25,000 with two pictures each. */
const maxBytes = 192 * 1_024 * 1_024;
/** About what an empty body takes, its key and its place in the cache included. */
const baseBytes = 1_000;
/** Measured, with the views and the JSON that pages keep beside a body; where all URLs are signed, half as much again. */
const pictureBytes = 2_300;
const avatarBytes = 1_300;

type BodyKey = Pick<PostState, "id" | "version" | "authorVersion">;

const bodiesOf = onePerDeps((db: Db) => {
  const bodies = new LRUCache<string, PostBody>({
    maxSize: maxBytes,
    sizeCalculation: bytesOf,
  });
  // All misses of one tick, of whatever page, are one query; it fills the cache under the versions it found.
  const load = createBatchLoader<string, BodyKey>({
    async load(ids) {
      const rows = await db.sql.many(selectBodies, [ids]);
      for (const row of rows) bodies.set(keyOf(row), bodyOfRow(row));
      return new Map(rows.map((row) => [row.id, row]));
    },
  });
  return { bodies, load, lookups: { hits: 0, misses: 0 } };
});

function bytesOf({ caption, pictures, author }: PostBody): number {
  return baseBytes + 2 * caption.length + pictureBytes * pictures.length + (author.avatar === null ? 0 : avatarBytes);
}

/** How often a body was in the cache, and how often it had to be read, since this process started. */
export function countBodyLookups(deps: Pick<Deps, "db">): { hits: number; misses: number } {
  return bodiesOf(deps.db).lookups;
}

function keyOf(key: BodyKey): string {
  return `${key.id}:${key.version}:${key.authorVersion}`;
}

function bodyOfRow(row: BodyRow): PostBody {
  const author = storedSummaryOfRow(row);
  const { caption, pictures, visibility } = row;
  const hashtags = parseHashtags(caption).map((tag) => tag.written);
  Object.freeze(author);
  Object.freeze(pictures);
  Object.freeze(hashtags);
  const createdAt = row.createdAt.toISOString();
  return Object.freeze({
    author,
    caption,
    pictures,
    hashtags,
    visibility,
    createdAt,
    editedAt: row.editedAt?.toISOString() ?? null,
  });
}

/**
 * The bodies of posts in exactly these versions, in the order asked. Null for one that was edited or removed since its
 * versions were read: then they have to be read again, and with them whether the viewer may see it.
 */
export async function loadPostBodies(
  deps: Pick<Deps, "db">,
  input: { keys: readonly BodyKey[] },
): Promise<(PostBody | null)[]> {
  const { bodies, load, lookups } = bodiesOf(deps.db);
  const found = input.keys.map((key) => bodies.get(keyOf(key)) ?? null);
  const missing = input.keys.filter((_, index) => found[index] === null);
  lookups.hits += found.length - missing.length;
  lookups.misses += missing.length;
  if (missing.length === 0) return found;
  await Promise.all(missing.map((key) => load(key.id)));
  return input.keys.map((key, index) => found[index] ?? bodies.get(keyOf(key)) ?? null);
}
