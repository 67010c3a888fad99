// The search of people, which is the typeahead of mentions, too. Promises: the exact handle first, then whom one follows,
// who follows one, who friends follow, the best known; those who only spell alike come behind; who is suspended, gone or
// blocked either way is not there, and private accounts are, as cards.
import { statement } from "@pixora/db";
import { z } from "zod";
import { type CursorKind, decodeCursor, encodeCursor } from "../platform/call/cursor.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import { endOfPrefix, nameKeyOf, spellingOf } from "../platform/text/name-parts.ts";
import { canonicalHandle } from "../user/user.handle.ts";
import type { UserCard } from "../user/user.schema.ts";
import { presentUserCards } from "../user/user.view.ts";
import { isFollowing, userIsFindable, userIsListed } from "../visibility/user.visibility.ts";

interface Found {
  id: string;
  /** 0: the handle itself, 1: followed, 2: follows, 3: followed by friends, 4: others. */
  nearness: number;
  followers: number;
}

const viewer = "$1::bigint";
const begins = (name: string) => `${name}.part >= $2 collate "C" and ${name}.part < $3 collate "C"`;

// How many of each kind are looked at. Of the best known, a page of 20 and those behind it; of one's own people, all
// but the oldest of those who follow thousands.
const bestKnown = 200;
const ofOnesOwn = 2_000;
const friends = 50;

function selectPeople(name: string, isKnownBy: string) {
  return statement<Found>(
    name,
    `with followed as materialized (
       select followee_id as id from follows where follower_id = ${viewer} order by id desc limit ${ofOnesOwn}
     ), follower as materialized (
       select follower_id as id from follows where followee_id = ${viewer} order by id desc limit ${ofOnesOwn / 2}
     ), friend as materialized (
       select theirs.id from (
         select followee_id from follows where follower_id = ${viewer} order by id desc limit ${friends}) mine
       cross join lateral (
         select followee_id as id from follows where follower_id = mine.followee_id
         order by id desc limit ${friends}) theirs
     ), matched as (
       (select user_id as id from user_names where ${isKnownBy} and ${begins("user_names")}
        order by reach desc, user_id desc limit ${bestKnown})
       union select name.user_id from followed join user_names name on name.user_id = followed.id where ${begins("name")}
       union select name.user_id from follower join user_names name on name.user_id = follower.id where ${begins("name")}
       union select id from users where handle = $4
     ), ranked as (
       select u.id, counts.follower_count as followers,
              case when u.handle = $4 then 0
                   when ${isFollowing(viewer, "u.id")} then 1
                   when ${isFollowing("u.id", viewer)} then 2
                   when u.id in (select id from friend) then 3 else 4 end as nearness
       from matched join users u on u.id = matched.id join user_counts counts on counts.user_id = u.id
       where ${userIsListed({ user: "u", viewer })} and (u.handle = $4 or ${userIsFindable({ user: "u", viewer })})
     )
     select id, nearness, followers from ranked
     where $6::int is null or (nearness, -followers, -id) > ($6::int, -$7::int, -$8::bigint)
     order by nearness, followers desc, id desc limit $5`,
  );
}

const selectByCharacter = selectPeople("search.selectByCharacter", "left(part, 1) = $2");
const selectByPair = selectPeople("search.selectByPair", "left(part, 2) = $2");
const selectByBeginning = selectPeople("search.selectByBeginning", "true");

const selectSimilar = statement<{ id: string }>(
  "search.selectSimilar",
  `with alike as materialized (
     select user_id as id, max(similarity(spelling, $4)) as likeness from user_names where spelling % $4
     group by user_id order by likeness desc limit 100
   )
   select u.id from alike join users u on u.id = alike.id join user_counts counts on counts.user_id = u.id
   where ${userIsListed({ user: "u", viewer })} and ${userIsFindable({ user: "u", viewer })}
     and not exists (select from user_names name where name.user_id = u.id and ${begins("name")})
   order by alike.likeness desc, counts.follower_count desc, u.id desc limit $5`,
);

/** From this many characters on, spellings can be alike. */
const shortestSimilar = 3;
const maxSimilar = 10;

/** Nearness, followers and id; of those who are only alike, how many were shown and the id. */
type Position = [number, number, string];
const alike = 9;

const searchUsers: CursorKind<Position> = {
  list: "search.users",
  position: z.tuple([z.int().min(0).max(alike), z.int().min(0).max(2_147_483_647), idInput]),
};

/**
 * People whose handle or name has a word that begins with what is typed, then those whose names are spelled alike, as the
 * viewer (null = a stranger) may see them. Nothing is found for what is no part of a name. Throws cursor.invalid.
 */
export async function findPeople(
  deps: Pick<Deps, "db" | "storage">,
  input: PageRequest & { viewerId: string | null; q: string },
): Promise<Page<UserCard>> {
  const { viewerId, q, limit } = input;
  const after = decodeCursor(searchUsers, { input: { q }, cursor: input.cursor });
  const key = nameKeyOf(q);
  if (key === "") return { items: [], nextCursor: null };
  const length = [...key].length;
  const place = [viewerId, key, endOfPrefix(key)];
  const isBehind = after?.[0] === alike;
  const found = isBehind
    ? []
    : await deps.db.sql.many(selectOf(length), [
        ...place,
        canonicalHandle(q),
        limit + 1,
        ...(after ?? [null, null, null]),
      ]);
  const shown = found.slice(0, limit);
  const ids = shown.map(({ id }) => id);
  const last = shown.at(-1);
  const cursorAt = (position: Position) => encodeCursor(searchUsers, { input: { q }, position });
  let nextCursor =
    found.length > limit && last !== undefined ? cursorAt([last.nearness, last.followers, last.id]) : null;
  // Behind the last of those who begin so.
  if (nextCursor === null && length >= shortestSimilar && (ids.length === 0 || !key.includes(" "))) {
    const rows = await deps.db.sql.many(selectSimilar, [...place, spellingOf(longestWord(key)), maxSimilar]);
    const similar = rows.map(({ id }) => id).filter((id) => !ids.includes(id));
    const start = isBehind ? similar.indexOf(after[2]) + 1 || after[1] : 0;
    const end = start + limit - ids.length;
    ids.push(...similar.slice(start, end));
    const lastId = ids.at(-1);
    if (similar.length > end && lastId !== undefined) nextCursor = cursorAt([alike, end, lastId]);
  }
  return { items: await presentUserCards(deps, { viewerId, ids }), nextCursor };
}

function selectOf(length: number) {
  return length === 1 ? selectByCharacter : length === 2 ? selectByPair : selectByBeginning;
}

function longestWord(key: string): string {
  return key.split(" ").reduce((longest, word) => (word.length > longest.length ? word : longest));
}
