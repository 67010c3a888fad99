// Writes the demo data in a transaction of the caller: bulk inserts from column arrays, then counters and heads.
// Promise: in an order that satisfies every foreign key, should they be checked row by row.
import { randomBytes } from "node:crypto";
import type { Statement, Tx } from "@pixora/db";
import type { Comment } from "./comments.ts";
import type { Follow } from "./follows.ts";
import type { Mark } from "./likes.ts";
import {
  countStatements,
  insertBookmarks,
  insertCommentLikes,
  insertComments,
  insertCredentials,
  insertFollows,
  insertNotifications,
  insertPostLikes,
  insertPosts,
  insertUsers,
} from "./load.sql.ts";
import type { Notice } from "./notices.ts";
import type { Person } from "./people.ts";
import type { Post } from "./posts.ts";
import type { World } from "./world.ts";

/** Rows a statement: so many that a statement costs nothing a row, so few that memory stays flat. */
const chunkRows = 20_000;

/** One array of a bulk insert, made of a value an item. */
type Column<Item> = (item: Item) => string | bigint | boolean | null;

/** A step of the load; `run` answers how many rows it wrote. */
export interface LoadStep {
  name: string;
  run(): Promise<number>;
}

/** The steps of a load, to be run in this order. `passwordHashes` are of the people who can sign in, by handle. */
export function loadSteps(tx: Tx, input: { world: World; passwordHashes: ReadonlyMap<string, string> }): LoadStep[] {
  const { world, passwordHashes } = input;
  function step<Item>(name: string, items: readonly Item[], into: BulkInsert<Item>): LoadStep {
    return { name, run: () => insertInChunks(tx, items, into) };
  }
  return [
    step("people", world.people, users),
    step("credentials", world.people, credentialsWith(passwordHashes)),
    step("follows", world.follows, follows),
    step("posts", world.posts, posts),
    step("likes of posts", world.postLikes, marksBy(insertPostLikes)),
    step("comments", world.comments, comments),
    step("likes of comments", world.commentLikes, marksBy(insertCommentLikes)),
    step("bookmarks", world.bookmarks, marksBy(insertBookmarks)),
    step("notifications", world.notifications, notifications),
    { name: "counters and heads", run: () => insertCounters(tx) },
  ];
}

/** A statement and its parameters, in their order. */
interface BulkInsert<Item> {
  statement: Statement<never>;
  columns: readonly Column<Item>[];
}

const users: BulkInsert<Person> = {
  statement: insertUsers,
  columns: [(person) => person.id, (person) => person.handle, (person) => person.displayName, (person) => person.bio],
};

function credentialsWith(passwordHashes: ReadonlyMap<string, string>): BulkInsert<Person> {
  return {
    statement: insertCredentials,
    columns: [
      (person) => person.id,
      // The domain .example belongs to nobody (RFC 2606), and mail goes only to verified addresses anyway.
      (person) => `${person.handle}@${person.isDemo ? "" : "people."}pixora.example`,
      (person) => passwordHashes.get(person.handle) ?? unusablePasswordHash(),
      (person) => person.isDemo,
    ],
  };
}

/** Matches no password, as in a shadow file: nobody can sign in as a person of the graph. */
function unusablePasswordHash(): string {
  return `!${randomBytes(16).toString("base64url")}`;
}

const follows: BulkInsert<Follow> = {
  statement: insertFollows,
  columns: [(follow) => follow.id, (follow) => follow.follower.id, (follow) => follow.followee.id],
};

const posts: BulkInsert<Post> = {
  statement: insertPosts,
  columns: [
    (post) => post.id,
    (post) => post.author.id,
    (post) => post.caption,
    (post) => innerArray(post.hashtags),
    (post) => innerArray(post.mentioned === null ? [] : [post.mentioned.id]),
  ],
};

const comments: BulkInsert<Comment> = {
  statement: insertComments,
  columns: [
    (comment) => comment.id,
    (comment) => comment.post.id,
    (comment) => comment.author.id,
    (comment) => comment.parent?.id ?? null,
    (comment) => comment.replyTo?.id ?? null,
    (comment) => comment.replyTo?.author.id ?? null,
    (comment) => comment.text,
    (comment) => innerArray(comment.mentioned === null ? [] : [comment.mentioned.id]),
  ],
};

/** unnest() would flatten an array of arrays, so the inner ones travel as text. Hashtags and ids hold no quotes. */
function innerArray(values: readonly (string | bigint)[]): string {
  return `{${values.map((value) => `"${value}"`).join(",")}}`;
}

function marksBy(statement: Statement<never>): BulkInsert<Mark<{ id: bigint }>> {
  return { statement, columns: [(mark) => mark.id, (mark) => mark.target.id, (mark) => mark.person.id] };
}

const notifications: BulkInsert<Notice> = {
  statement: insertNotifications,
  columns: [
    (notice) => notice.id,
    (notice) => notice.draft.receiverId,
    (notice) => notice.draft.actorId,
    (notice) => notice.draft.type,
    (notice) => notice.draft.postId,
    (notice) => notice.draft.commentId,
    (notice) => notice.groupKey,
    (notice) => notice.draft.causeKey,
    (notice) => notice.isRead,
    (notice) => notice.isSeen,
  ],
};

async function insertInChunks<Item>(tx: Tx, items: readonly Item[], into: BulkInsert<Item>): Promise<number> {
  for (let from = 0; from < items.length; from += chunkRows) {
    const chunk = items.slice(from, from + chunkRows);
    await tx.run(
      into.statement,
      into.columns.map((column) => chunk.map(column)),
    );
  }
  return items.length;
}

async function insertCounters(tx: Tx): Promise<number> {
  let rows = 0;
  for (const statement of countStatements) rows += await tx.run(statement);
  return rows;
}
