// Where pictures are shown: on a post, or as an avatar. Promises: only the owner's ready pictures, each in one place;
// what is shown no more is marked, and a job deletes its files.
import { statement, type Tx } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import { insertFacts } from "../platform/outbox.ts";

const attachStatement = statement<{ id: string }>(
  "media.attachPictures",
  `update media set post_id = $2, position = wanted.place, alt = wanted.alt
   from unnest($3::bigint[], $4::text[]) with ordinality as wanted (id, alt, place)
   where media.id = wanted.id and media.owner_id = $1 and media.purpose = 'post' and media.state = 'ready'
     and media.post_id is null and media.deleted_at is null
   returning media.id`,
);

/** Puts pictures on a new post, in the given order. Throws media.notReady unless each of them is free and ready. */
export async function attachMedia(
  tx: Tx,
  input: { ownerId: string; postId: string; media: readonly { mediaId: string; alt?: string | null | undefined }[] },
): Promise<void> {
  const { ownerId, postId, media } = input;
  if (media.length === 0) return;
  const ids = media.map(({ mediaId }) => mediaId);
  // In a list that names one twice, the second could never be shown.
  if (new Set(ids).size < ids.length) throw new AppError("media.notReady");
  const alts = media.map(({ alt }) => alt ?? "");
  const attached = await tx.many(attachStatement, [ownerId, postId, ids, alts]);
  if (attached.length < ids.length) throw new AppError("media.notReady");
}

/** SQL text: each of `pictures` (a JSON list of `{ mediaId }`) is ready, and free for a message of `owner`. */
export function picturesAreFreeSql({ owner, pictures }: { owner: string; pictures: string }): string {
  return `(select count(distinct free.id) from jsonb_array_elements(${pictures}) as named
           join media free on free.id = (named ->> 'mediaId')::bigint
           where free.owner_id = ${owner} and free.purpose = 'message' and free.state = 'ready'
             and free.conversation_id is null and free.deleted_at is null) = jsonb_array_length(${pictures})`;
}

/**
 * SQL text that puts pictures on messages: `source` selects (conversation_id, seq, pictures), where pictures is a JSON
 * list of `{ mediaId, alt }` that `picturesAreFreeSql` has found free in the same statement.
 */
export function attachToMessagesSql(source: string): string {
  return `update media set conversation_id = shown.conversation_id, message_seq = shown.seq, position = shown.place,
                 alt = shown.picture ->> 'alt'
   from (select said.conversation_id, said.seq, listed.picture, listed.place
         from (${source}) said
         cross join lateral jsonb_array_elements(said.pictures) with ordinality as listed (picture, place)) shown
   where media.id = (shown.picture ->> 'mediaId')::bigint and media.conversation_id is null and media.deleted_at is null`;
}

const showStatement = statement<never>(
  "media.showInConversation",
  `update media set conversation_id = $3, message_seq = 0, position = 0
   where id = $1 and owner_id = $2 and purpose = 'message' and state = 'ready'
     and conversation_id is null and deleted_at is null`,
);

/** Puts a picture on a conversation itself. Throws media.notReady unless it is the owner's, free and ready. */
export async function showInConversation(
  tx: Tx,
  input: { ownerId: string; conversationId: string; mediaId: string },
): Promise<void> {
  const shown = await tx.run(showStatement, [input.mediaId, input.ownerId, input.conversationId]);
  if (shown === 0) throw new AppError("media.notReady");
}

const dropOfMessage = statement<{ id: string }>(
  "media.dropPicturesOfMessage",
  `update media set deleted_at = clock_timestamp()
   where conversation_id = $1 and message_seq = $2 and deleted_at is null returning id`,
);

/** Gives up the pictures of a message that is deleted; a job deletes their files. The second time changes nothing. */
export async function dropPicturesOfMessage(tx: Tx, input: { conversationId: string; seq: number }): Promise<void> {
  const dropped = await tx.many(dropOfMessage, [input.conversationId, input.seq]);
  await insertFacts(tx, {
    facts: dropped.map(({ id }) => ({ fact: "media.deleted", payload: { mediaId: id } })),
  });
}

const describeStatement = statement<{ isFound: boolean; isChanged: boolean }>(
  "media.describePictures",
  `with wanted as (
     select id, alt from unnest($2::bigint[], $3::text[]) as wanted (id, alt)
   ), changed as (
     update media set alt = wanted.alt from wanted
     where media.id = wanted.id and media.post_id = $1 and media.alt <> wanted.alt
     returning media.id
   )
   select (select count(*) from wanted join media on media.id = wanted.id and media.post_id = $1)
            = (select count(distinct id) from wanted) as "isFound",
          exists (select from changed) as "isChanged"`,
);

/**
 * Changes the texts of a post's pictures; null clears. Answers whether anything changed: the second time, nothing. Throws
 * media.notFound for a picture that the post does not show.
 */
export async function describeMedia(
  tx: Tx,
  input: { postId: string; media: readonly { mediaId: string; alt: string | null }[] },
): Promise<boolean> {
  const { postId, media } = input;
  if (media.length === 0) return false;
  // Of a picture that is named twice, the last word counts.
  const alts = new Map(media.map(({ mediaId, alt }) => [mediaId, alt ?? ""]));
  const result = await tx.one(describeStatement, [postId, [...alts.keys()], [...alts.values()]]);
  if (!result.isFound) throw new AppError("media.notFound");
  return result.isChanged;
}

const selectHasPictures = statement<{ hasPictures: boolean }>(
  "media.checkHasPictures",
  `select exists (select from media where post_id = $1 and deleted_at is null) as "hasPictures"`,
);

/** Whether a post shows any picture. */
export async function hasPictures(tx: Tx, input: { postId: string }): Promise<boolean> {
  return (await tx.one(selectHasPictures, [input.postId])).hasPictures;
}

// The row is changed, not only looked at: a sweep that began before must see that it is worn now.
const wearStatement = statement<never>(
  "media.wearAvatar",
  `update media set position = 0
   where id = $1 and owner_id = $2 and purpose = 'avatar' and state = 'ready' and deleted_at is null`,
);

const selectOwn = statement<never>(
  "media.selectOwn",
  `select from media where id = $1 and owner_id = $2 and deleted_at is null`,
);

/**
 * Marks a picture as its owner's avatar; that it is, their own row says. The second time changes nothing. Throws
 * media.notFound for one that is not theirs, media.notReady for one that is not ready or not made as an avatar.
 */
export async function wearMedia(tx: Tx, input: { ownerId: string; mediaId: string }): Promise<void> {
  const values = [input.mediaId, input.ownerId];
  if ((await tx.run(wearStatement, values)) === 1) return;
  throw new AppError((await tx.maybe(selectOwn, values)) === null ? "media.notFound" : "media.notReady");
}

const dropStatement = statement<never>(
  "media.dropPictures",
  `update media set deleted_at = clock_timestamp() where id = $1 and deleted_at is null`,
);

/** Gives a picture up that nothing shows any more; a job deletes its files. The second time changes nothing. */
export async function dropMedia(tx: Tx, input: { mediaId: string }): Promise<void> {
  const { mediaId } = input;
  if ((await tx.run(dropStatement, [mediaId])) === 0) return;
  await insertFacts(tx, { facts: [{ fact: "media.deleted", payload: { mediaId } }] });
}
