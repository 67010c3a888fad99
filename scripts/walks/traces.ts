// Looks for words wherever Pixora keeps anything: every column of every table, every Redis key with its value, every
// file of mails and pictures.
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { House } from "./house.ts";

/** Where a word was found, and which. */
export interface Trace {
  place: string;
  word: string;
}

/** Everything that holds one of the words, in whatever form. */
export async function findTraces(house: House, words: readonly string[]): Promise<Trace[]> {
  const [tables, keys, files] = await Promise.all([
    searchTables(house, words),
    searchRedis(house, words),
    searchFiles(house, words),
  ]);
  return [...tables, ...keys, ...files];
}

async function searchTables(house: House, words: readonly string[]): Promise<Trace[]> {
  const { rows: columns } = await house.pool.query<{ table: string; column: string; type: string }>(
    `select c.table_name as "table", c.column_name as "column", c.data_type as type
     from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and t.table_type = 'BASE TABLE'`,
  );
  const found: Trace[] = [];
  for (const { table, column, type } of columns) {
    // Bytes as text would be hexadecimal, which hides words.
    const text = type === "bytea" ? `encode("${column}", 'escape')` : `"${column}"::text`;
    const { rows } = await house.pool.query<{ word: string }>(
      `select distinct word from unnest($1::text[]) word where exists
         (select from "${table}" where position(lower(word) in lower(${text})) > 0)`,
      [words],
    );
    found.push(...rows.map(({ word }) => ({ place: `${table}.${column}`, word })));
  }
  return found;
}

export async function searchRedis(house: House, words: readonly string[]): Promise<Trace[]> {
  const redis = new Redis(house.redisUrl);
  const found: Trace[] = [];
  for await (const keys of redis.scanStream({ match: `*${house.prefix}*`, count: 1_000 })) {
    for (const key of keys as string[]) {
      const text = `${key}\n${JSON.stringify(await readValue(redis, key))}`;
      for (const word of words) if (holds(text, word)) found.push({ place: `redis ${key}`, word });
    }
  }
  redis.disconnect();
  return found;
}

async function readValue(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  switch (type) {
    case "string":
      return redis.get(key);
    case "list":
      return redis.lrange(key, 0, -1);
    case "hash":
      return redis.hgetall(key);
    case "set":
      return redis.smembers(key);
    case "zset":
      return redis.zrange(key, "0", "-1");
    case "stream":
      return redis.xrange(key, "-", "+");
    // It has gone meanwhile.
    case "none":
      return null;
    default:
      throw new Error(`nobody has thought of Redis values like ${key}, a ${type}`);
  }
}

async function searchFiles(house: House, words: readonly string[]): Promise<Trace[]> {
  const found: Trace[] = [];
  for (const kind of ["mail", "media"]) {
    const folder = join(tmpdir(), `${house.prefix}-${kind}`);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const content = entry.isFile() ? await readFile(join(entry.parentPath, entry.name), "latin1") : "";
      for (const word of words) {
        if (holds(`${entry.parentPath}/${entry.name}\n${content}`, word)) found.push({ place: `${kind} file`, word });
      }
    }
  }
  return found;
}

function holds(text: string, word: string): boolean {
  return text.toLowerCase().includes(word.toLowerCase());
}

/** Counters that differ from what they count, by table; nothing where all are exact. */
export async function findWrongCounters(house: House): Promise<{ what: string; count: number }[]> {
  const { rows } = await house.pool.query<{ what: string; count: number }>(
    `select what, count(*)::int as count from (
       select 'user_counts' as what from user_counts c
       where c.follower_count <> (select count(*) from follows f where f.followee_id = c.user_id)
          or c.following_count <> (select count(*) from follows f where f.follower_id = c.user_id)
          or c.post_count <> (select count(*) from posts p where p.author_id = c.user_id and p.deleted_at is null)
       union all
       select 'post_counts' from post_counts c
       where c.like_count <> (select count(*) from post_likes l where l.post_id = c.post_id)
          or c.comment_count <> (select count(*) from comments m where m.post_id = c.post_id and m.deleted_at is null)
       union all
       select 'comment_counts' from comment_counts c
       where c.like_count <> (select count(*) from comment_likes l where l.comment_id = c.comment_id)
          or c.reply_count <> (select count(*) from comments m where m.parent_id = c.comment_id and m.deleted_at is null)
       union all
       select 'live_heads' from live_heads h
       where h.unread <> (select count(*) from notifications n where n."receiverId" = h.user_id and not n.read)
          or h.unseen <> (select count(*) from notifications n where n."receiverId" = h.user_id and not n.seen)
     ) wrong group by what`,
  );
  return rows;
}
