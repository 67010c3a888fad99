// People named in texts: from "@handle" to ids when a text is stored, from ids to links when it is shown.
import { type Sql, statement } from "@pixora/db";
import { parseMentions } from "../platform/text/mention.ts";
import { userIsListed } from "../visibility/user.visibility.ts";

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

/**
 * SQL text: those of an array of ids whom `viewer` (an SQL expression) may be shown as named, in its order, as JSON of
 * MentionRef: live, and no block either way. Most texts name nobody.
 */
export function mentionsSql(scope: { ids: string; viewer: string }): string {
  return `(case when ${scope.ids} = '{}' then '[]' else
             (select coalesce(json_agg(json_build_object('userId', named.id::text, 'handle', named.handle)
                                       order by array_position(${scope.ids}, named.id)), '[]')
              from users named where ${isNamed(scope)}) end)`;
}

/** SQL text: the same as an array of ids. Many viewers have the same one. */
export function mentionedIdsSql(scope: { ids: string; viewer: string }): string {
  return `(case when ${scope.ids} = '{}' then '{}'::bigint[] else
             (select coalesce(array_agg(named.id order by array_position(${scope.ids}, named.id)), '{}')
              from users named where ${isNamed(scope)}) end)`;
}

function isNamed({ ids, viewer }: { ids: string; viewer: string }): string {
  return `named.id = any(${ids}) and ${userIsListed({ user: "named", viewer })}`;
}
