// Who is warm: the readers who may have a window. Most followers read too seldom to have one, and fan-out passes them over.
// Promise: a window stands only while its reader is stored as warm, and that was committed before SQL was read for it. So
// a fan-out that does not find a reader warm, in a snapshot that holds the post, leaves nothing out: their window, now or
// later, is made from SQL that knew the post.
import { type Sql, statement } from "@pixora/db";

/** How long a reader is warm. Their window ends with it and is rebuilt: a row is written once in four days at most. */
const warmForMs = 8 * 24 * 3_600_000;
/** A rebuild makes a reader warm anew where less than this is left. */
const renewBelowMs = warmForMs / 2;
/** Fan-out takes readers for warm for longer than windows stand: clocks of servers, Redis and database may differ by it. */
const clockSlackMs = 3_600_000;

/**
 * SQL text: those of `readers` (a query of ids) who are warm, as reader_id. One walk along the index with all the ids,
 * sorted: a probe for each of 20,000 took three times as long, and twice the time of not asking at all.
 */
export function warmReadersSql(readers: string): string {
  return `select reader_id from feed_readers
          where reader_id = any (array(${readers})) and warm_until > now() - interval '${clockSlackMs} milliseconds'`;
}

const toMs = (instant: string) => `(extract(epoch from ${instant}) * 1000)::float8`;

/** SQL text: until when a reader is warm, in milliseconds since 1970; null where a rebuild has to call `makeWarm`. */
export function warmUntilMsSql(reader: string): string {
  return `(select ${toMs("warm_until")} from feed_readers where reader_id = ${reader}
             and warm_until > now() + interval '${renewBelowMs} milliseconds')`;
}

const upsertWarm = statement<{ warmUntilMs: number }>(
  "feed.makeWarm",
  `insert into feed_readers (reader_id, warm_until) values ($1, now() + interval '${warmForMs} milliseconds')
   on conflict (reader_id) do update set warm_until = greatest(feed_readers.warm_until, excluded.warm_until)
   returning ${toMs("warm_until")} as "warmUntilMs"`,
);

/**
 * Makes a reader warm and answers until when, in milliseconds since 1970. Not in a transaction: what is then read for the
 * window has to see every post that was committed before. The second time prolongs it. Rejects for nobody's id.
 */
export async function makeWarm(sql: Sql, input: { readerId: string }): Promise<number> {
  return (await sql.one(upsertWarm, [input.readerId])).warmUntilMs;
}
