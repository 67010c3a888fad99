// The statements that make up the large data, inside PostgreSQL: numbered people, posts, follows, likes and comments,
// drawn from hashes of their numbers, so that the same size gives the same graph on every machine.
import { idEpochMs } from "@pixora/db";

/** How much of everything; at size 1 a million posts. */
export interface ScaleCounts {
  /** People who follow a few, most of them little read, some very much. */
  people: number;
  posts: number;
  likes: number;
  /** Of one post. */
  deepComments: number;
  /** Of all others. */
  comments: number;
  deepCommentLikes: number;
  /** Followers of the two accounts that fan-out is measured with. */
  fanSmall: number;
  fanLarge: number;
}

/** Kinds of readers that are always there: how many of them, and whom each follows. */
export const readerKinds = [
  { kind: "30", count: 500, follows: 30, isDormant: false },
  { kind: "300", count: 500, follows: 300, isDormant: false },
  { kind: "300 dormant", count: 500, follows: 300, isDormant: true },
  { kind: "1000", count: 200, follows: 1_000, isDormant: false },
  { kind: "5000", count: 40, follows: 5_000, isDormant: false },
] as const;

export type ReaderKind = (typeof readerKinds)[number]["kind"];

/** Counts of a size from above 0 up to 1. */
export function countsOfSize(size: number): ScaleCounts {
  const of = (count: number) => Math.round(count * size);
  return {
    people: Math.max(20_000, of(120_000)),
    posts: of(1_000_000),
    likes: of(1_000_000),
    deepComments: of(1_000_000),
    comments: of(200_000),
    deepCommentLikes: of(200_000),
    fanSmall: 1_000,
    fanLarge: Math.min(of(100_000), Math.max(20_000, of(120_000))),
  };
}

const dayMs = 86_400_000;

/** SQL text: an id of an instant (milliseconds since 1970) whose low bits are a number of its own. */
function idOf(ms: string, number: string): string {
  return `((((${ms})::bigint - ${idEpochMs}) << 22) | ((${number})::bigint & 4194303))`;
}

function instantOf(id: string): string {
  return `to_timestamp((((${id}) >> 22) + ${idEpochMs})::float8 / 1000)`;
}

/** SQL text: a share from 0 to 1, drawn by a number; another `stream`, another draw. */
function draw(number: string, stream: number): string {
  return `bench.draw(${number}, ${stream})`;
}

const words =
  "morning light over the old harbour coffee and fresh bread by the window walking home through quiet streets after rain first snow on the ridge a slow train to the coast new lens same cat market day in may";

export interface ScaleStep {
  name: string;
  sql: string;
}

/** The steps, in their order. `nowMs` is the present of the data. */
export function scaleSteps(counts: ScaleCounts, nowMs: number): ScaleStep[] {
  return [
    { name: "helpers", sql: helpers() },
    { name: "people", sql: people(counts, nowMs) },
    { name: "posts", sql: posts(counts, nowMs) },
    { name: "follows", sql: follows(counts, nowMs) },
    { name: "likes", sql: likes(counts, nowMs) },
    { name: "comments", sql: comments(counts, nowMs) },
    { name: "mutes and blocks", sql: aversions(counts) },
    { name: "places", sql: places() },
  ];
}

function helpers(): string {
  return `
    create schema bench;
    create function bench.draw(number bigint, stream bigint) returns float8 language sql immutable parallel safe
    as $$ select ((hashint8extended(number, stream) >> 11) & 4503599627370495)::float8 / 4503599627370496 $$;
    create temp table words on commit drop as
      select array_agg(word order by place) as list
      from unnest(string_to_array('${words}', ' ')) with ordinality as w (word, place);`;
}

// People are numbered from the most followed down; then the readers of each kind, then the two fan-out authors. Two of
// five do not post any more, but of the most followed thousand all do.
function people({ people: count }: ScaleCounts, nowMs: number): string {
  const readers = readerKinds.reduce((sum, { count: ofKind }) => sum + ofKind, 0);
  const total = count + readers + 2;
  const joinedMs = `${nowMs - 1_000 * dayMs} + number::bigint * ${Math.floor((380 * dayMs) / total)}`;
  let from = count;
  const kinds = readerKinds.map(({ kind, count: ofKind }) => {
    from += ofKind;
    return `when number < ${from} then '${kind}'`;
  });
  return `
    create temp table person on commit drop as
      select number, ${idOf(joinedMs, "number")} as id,
             case when number < ${count} then 'person' ${kinds.join(" ")}
                  when number = ${from} then 'fan small' else 'fan large' end as kind,
             number >= 1000 and number < ${count} and ${draw("number", 1)} < 0.4 as is_dormant
      from generate_series(0, ${total - 1}) as number;
    create unique index on person (number);
    create temp table author on commit drop as
      select id, is_dormant, row_number() over (partition by is_dormant order by ${draw("number", 2)}) - 1 as place
      from person where kind = 'person';
    create index on author (is_dormant, place);
    analyze person; analyze author;
    insert into users (id, handle, display_name, bio, is_private, created_at)
      select id, 'u' || lpad(number::text, 6, '0'), 'Person ' || number, 'Number ' || number || ' of the bench.',
             kind = 'person' and ${draw("number", 3)} < 0.05, ${instantOf("id")}
      from person order by id;
    insert into credentials (user_id, email, email_verified_at, password_hash)
      select id, 'u' || lpad(number::text, 6, '0') || '@bench.pixora.example', ${instantOf("id")}, '!' from person;
    insert into notification_preferences (user_id) select id from person where number % 10 = 0;`;
}

// Active authors posted within half a year, a few of them much more than most; the dormant ones long ago.
function posts({ posts: count }: ScaleCounts, nowMs: number): string {
  const activeMs = `${nowMs - 180 * dayMs} + (${draw("number", 11)} * ${180 * dayMs - 3_600_000})::bigint`;
  const dormantMs = `${nowMs - 600 * dayMs} + (${draw("number", 11)} * ${200 * dayMs})::bigint`;
  const place = (isDormant: boolean) =>
    `floor((select count(*) from author where is_dormant = ${isDormant}) * ${draw("number", 13)} ^ 2)::int`;
  const word = (stream: number) => `(select list[1 + floor(${draw("number", stream)} * 38)::int] from words)`;
  const caption = [21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32].map(word).join(" || ' ' || ");
  return `
    create temp table made_post on commit drop as
      with drawn as (
        select number, ${draw("number", 12)} < 0.15 as is_dormant,
               case when ${draw("number", 12)} < 0.15 then ${place(true)} else ${place(false)} end as place
        from generate_series(0, ${count - 1}) as number)
      select drawn.number, author.id as author_id,
             ${idOf(`case when drawn.is_dormant then ${dormantMs} else ${activeMs} end`, "number")} as id
      from drawn join author on author.is_dormant = drawn.is_dormant and author.place = drawn.place;
    create unique index on made_post (number);
    analyze made_post;
    insert into posts (id, author_id, caption, hashtags, visibility, tagged_version, created_at)
      select id, author_id, ${caption} || case when number % 3 = 0 then ' #' || ${word(33)} else '' end,
             case when number % 3 = 0 then array[${word(33)}] else '{}' end,
             case when number % 33 = 0 then 'followers' else 'public' end, 1, ${instantOf("id")}
      from made_post order by id;`;
}

// Power law: whom a person follows is drawn towards the low numbers. Readers of the special kinds follow evenly spread
// authors who post (or do not any more).
function follows({ fanSmall, fanLarge }: ScaleCounts, nowMs: number): string {
  const ofReaders = readerKinds.map(({ kind, follows: wanted, isDormant }) =>
    `
      select p.id, author.id from person p
      cross join lateral (select n.active_count / ${wanted}.0 as step from n) s
      cross join generate_series(0, ${wanted - 1}) as turn
      join author on author.is_dormant = ${isDormant}
        and author.place = floor((turn + ${draw("p.number", 41)}) * s.step)::int
      where p.kind = '${kind}'`.replace("active_count", isDormant ? "dormant_count" : "active_count"),
  );
  const ms = `${nowMs - 380 * dayMs} + (${draw("number", 42)} * ${370 * dayMs})::bigint`;
  return `
    create temp table n on commit drop as
      select (select count(*) from person where kind = 'person') as people,
             count(distinct author_id) filter (where not is_dormant) as active_count,
             count(distinct author_id) filter (where is_dormant) as dormant_count
      from made_post join author on author.id = author_id;
    delete from author where not exists (select from made_post where author_id = author.id);
    update author set place = renumbered.place from (
      select id, row_number() over (partition by is_dormant order by place) - 1 as place from author) renumbered
      where renumbered.id = author.id;
    analyze author;
    insert into follows (id, follower_id, followee_id, created_at)
    select ${idOf(ms, "number")}, follower_id, followee_id, ${instantOf(idOf(ms, "number"))}
    from (
      select follower_id, followee_id, row_number() over () as number from (
        select follower_id, followee_id from (
          select p.id as follower_id, followee.id as followee_id
          from person p cross join n
          cross join generate_series(1, least(200, 1 + floor(-ln(1 - ${draw("p.number", 43)}) * 20)::int)) as turn
          join person followee
            on followee.number = floor(n.people * ${draw("p.number * 1000 + turn", 44)} ^ 3)::int
          where p.kind = 'person'
          union all ${ofReaders.join(" union all ")}
        ) drawn where follower_id <> followee_id group by 1, 2
        union all
        select p.id, fan.id from person p join person fan on fan.kind = 'fan small' where p.number < ${fanSmall}
        union all
        select p.id, fan.id from person p join person fan on fan.kind = 'fan large' where p.number < ${fanLarge}
      ) pairs
    ) numbered;`;
}

function likes({ likes: count, posts: postCount, people: peopleCount }: ScaleCounts, nowMs: number): string {
  const ms = `${nowMs - 170 * dayMs} + (${draw("drawn.number", 51)} * ${169 * dayMs})::bigint`;
  return `
    insert into post_likes (id, post_id, user_id, created_at)
    select distinct on (made_post.id, person.id) ${idOf(ms, "drawn.number")}, made_post.id, person.id,
           ${instantOf(idOf(ms, "drawn.number"))}
    from generate_series(0, ${count - 1}) as drawn (number)
    join made_post on made_post.number = floor(${postCount} * ${draw("drawn.number", 52)} ^ 2)::int
    join person on person.number = floor(${peopleCount} * ${draw("drawn.number", 53)})::int;`;
}

// One post, of the most followed author, has a comment every few seconds for as long as it takes.
function comments(counts: ScaleCounts, nowMs: number): string {
  const everyMs = Math.floor((100 * dayMs) / counts.deepComments);
  const deepId = idOf(`${nowMs - 101 * dayMs} + c.number::bigint * ${everyMs}`, "c.number");
  const otherMs = `${nowMs - 170 * dayMs} + (${draw("drawn.number", 61)} * ${169 * dayMs})::bigint`;
  const columns = "(id, post_id, author_id, listed_under_id, text, created_at)";
  return `
    create temp table deep on commit drop as
      select ${idOf(`${nowMs - 102 * dayMs}`, "4194303")} as post_id, (select id from person where number = 0) as author_id;
    insert into posts (id, author_id, caption, created_at)
      select post_id, author_id, 'The post that everyone has something to say about.', ${instantOf("post_id")} from deep;
    insert into comments ${columns}
      select ${deepId}, deep.post_id, person.id, deep.post_id, 'Comment number ' || c.number, ${instantOf(deepId)}
      from generate_series(0, ${counts.deepComments - 1}) as c (number) cross join deep
      join person on person.number = floor(${counts.people} * ${draw("c.number", 62)})::int;
    insert into comments ${columns}
      select ${idOf(otherMs, "drawn.number + 1048576")}, made_post.id, person.id, made_post.id, 'So good.',
             ${instantOf(idOf(otherMs, "drawn.number + 1048576"))}
      from generate_series(0, ${counts.comments - 1}) as drawn (number)
      join made_post on made_post.number = floor(${counts.posts} * ${draw("drawn.number", 63)} ^ 2)::int
      join person on person.number = floor(${counts.people} * ${draw("drawn.number", 64)})::int;
    insert into comment_likes (id, comment_id, user_id, created_at)
      select distinct on (comment_id, user_id) next_id(), comment_id, user_id, clock_timestamp() from (
        select ${deepId} as comment_id, person.id as user_id
        from (select floor(${counts.deepComments} * ${draw("turn", 65)} ^ 3)::bigint as number, turn
              from generate_series(0, ${counts.deepCommentLikes - 1}) as turn) c
        join person on person.number = floor(${counts.people} * ${draw("c.turn", 66)})::int) drawn;`;
}

function aversions({ people: count }: ScaleCounts): string {
  const pair = (stream: number) => `
    select one.id, other.id from generate_series(0, ${Math.floor(count / 20)}) as turn
    join person one on one.number = floor(${count} * ${draw("turn", stream)})::int
    join person other on other.number = floor(${count} * ${draw("turn", stream + 1)})::int
    where one.id <> other.id group by 1, 2`;
  return `
    insert into mutes (muter_id, muted_id) ${pair(71)};
    insert into blocks (blocker_id, blocked_id)
      select p.one_id, p.other_id from (${pair(73)}) p (one_id, other_id)
      left join follows there on there.follower_id = p.one_id and there.followee_id = p.other_id
      left join follows back on back.follower_id = p.other_id and back.followee_id = p.one_id
      where there.id is null and back.id is null;`;
}

/** Who and what the workloads look for, by name. */
function places(): string {
  return `
    create table bench.people (number int primary key, id bigint not null, kind text not null);
    insert into bench.people select number, id, kind from person;
    create table bench.deep_post as select post_id as id from deep;`;
}
