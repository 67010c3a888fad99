// Pictures that outlived their posts because something else kept them. Promise: those that a post or a profile shows stay.
import { statement, type Tx } from "@pixora/db";
import { insertFacts } from "../platform/outbox.ts";

/** SQL text: files of an alias of `media` are evidence of a case, and stay until that is deleted. */
export function isEvidence(media: string): string {
  return `exists (select from evidence where evidence.media_ids @> array[${media}.id])`;
}

const releaseStatement = statement<{ id: string }>(
  "media.releaseEvidence",
  `update media set deleted_at = clock_timestamp()
   where id = any($1::bigint[]) and deleted_at is null and not ${isEvidence("media")}
     and not exists (select from posts post where post.id = media.post_id and post.deleted_at is null)
     and not exists (select from users person where person.avatar_media_id = media.id)
   returning id`,
);

/** Has the files of pictures deleted that nothing shows or keeps any more. The second time changes nothing. */
export async function releaseMedia(tx: Tx, input: { mediaIds: readonly string[] }): Promise<void> {
  if (input.mediaIds.length === 0) return;
  const released = await tx.many(releaseStatement, [input.mediaIds]);
  await insertFacts(tx, { facts: released.map(({ id }) => ({ fact: "media.deleted", payload: { mediaId: id } })) });
}
