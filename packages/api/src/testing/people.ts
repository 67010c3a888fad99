// People and posts for tests, made by bulk-free plain SQL in the shape that sign-up and post.create leave behind.
import { statement } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";

export interface TestPerson {
  id: string;
  handle: string;
}

const insertPerson = statement<{ id: string }>(
  "testing.insertPerson",
  `with person as (
     insert into users (handle, display_name, is_private, role) values ($1, $2, $3, $4) returning id
   ), secret as (
     insert into credentials (user_id, email, email_verified_at, password_hash)
     select id, $1 || '@test.example', now(), 'no password' from person
   ), counts as (
     insert into user_counts (user_id) select id from person
   ), head as (
     insert into author_heads (author_id) select id from person
   ), live as (
     insert into live_heads (user_id) select id from person
   )
   select id from person`,
);

let serial = 0;

/** A person with all the rows that sign-up makes. Signs in through nothing: tests that need a token sign up. */
export async function createPerson(
  deps: Deps,
  input: { handle?: string; isPrivate?: boolean; role?: string } = {},
): Promise<TestPerson> {
  serial += 1;
  const handle = input.handle ?? `person${serial}`;
  const row = await deps.db.sql.one(insertPerson, [handle, handle, input.isPrivate ?? false, input.role ?? "user"]);
  return { id: row.id, handle };
}

const insertFollow = statement<never>(
  "testing.insertFollow",
  `with follow as (
     insert into follows (follower_id, followee_id) values ($1, $2) on conflict do nothing returning 1
   )
   update user_counts set
     following_count = following_count + (user_id = $1)::int,
     follower_count = follower_count + (user_id = $2)::int
   where user_id in ($1, $2) and exists (select from follow)`,
);

/** Makes one person follow another, as if it had always been so: no fact is stored. */
export async function follow(deps: Deps, input: { followerId: string; followeeId: string }): Promise<void> {
  await deps.db.sql.run(insertFollow, [input.followerId, input.followeeId]);
}

const insertPost = statement<{ id: string }>(
  "testing.insertPost",
  `with post as (
     insert into posts (id, author_id, caption, visibility) values (next_id(), $1, $2, $3) returning id
   ), counts as (
     insert into post_counts (post_id) select id from post
   ), author as (
     update user_counts set post_count = post_count + 1 where user_id = $1
   ), head as (
     update author_heads set last_post_id = greatest(last_post_id, (select id from post)) where author_id = $1
   )
   select id from post`,
);

/** A post as post.create leaves it, without its fact. */
export async function createPost(
  deps: Deps,
  input: { authorId: string; caption?: string; visibility?: "public" | "followers" },
): Promise<{ id: string }> {
  const values = [input.authorId, input.caption ?? "a post", input.visibility ?? "public"];
  return deps.db.sql.one(insertPost, values);
}

const insertSession = statement<{ id: string }>(
  "testing.insertSession",
  `insert into sessions (user_id, salt, device_name, ip_hint, expires_at)
   values ($1, '\\x00', 'test', '', now() + interval '1 day') returning id`,
);

/** A live session of a person, without tokens: for streams, which outlive the call that opened them. */
export async function createSession(deps: Deps, input: { userId: string }): Promise<{ id: string }> {
  return deps.db.sql.one(insertSession, [input.userId]);
}
