// People named in texts: from "@handle" to ids when a text is stored, from ids to links when it is shown.
import { type Sql, statement } from "@pixora/db";
import { parseMentions } from "../platform/text/mention.ts";
import { userIsListed, userIsLive } from "../visibility/user.visibility.ts";

const selectMentioned = statement<{ id: string; handle: string }>(
  "user.selectMentioned",
  `select u.id, u.handle from users u
   where u.handle = any($1::text[]) and ${userIsListed({ user: "u", viewer: "$2::bigint" })}`,
);

/**
 * The ids of those whom a text names, in order, each once; whoever does not exist or is not there for the author (a
 * block either way) is passed over.
 */
export async function resolveMentions(sql: Sql, input: { authorId: string; text: string }): Promise<string[]> {
  const mentions = parseMentions(input.text);
  if (mentions.length === 0) return [];
  const rows = await sql.many(selectMentioned, [mentions.flat(), input.authorId]);
  const idByHandle = new Map(rows.map((row) => [row.handle, row.id]));
  const ids = mentions.map((readings) =>
    readings.map((handle) => idByHandle.get(handle)).find((id) => id !== undefined),
  );
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/** SQL text: the live people among an array of ids, in its order, as JSON of MentionRef. Most texts name nobody. */
export function mentionsSql(ids: string): string {
  return `(case when ${ids} = '{}' then '[]' else
             (select coalesce(json_agg(json_build_object('userId', named.id::text, 'handle', named.handle)
                                       order by array_position(${ids}, named.id)), '[]')
              from users named where named.id = any(${ids}) and ${userIsLive("named")}) end)`;
}
