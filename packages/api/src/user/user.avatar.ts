// Whose avatar is which picture. Promise: the picture that is replaced is given up, files and all.
import { statement, type Tx } from "@pixora/db";
import { dropMedia, wearMedia } from "../media/media.attach.ts";

const selectAvatar = statement<{ mediaId: string | null }>(
  "user.selectAvatar",
  `select avatar_media_id as "mediaId" from users where id = $1 and deleted_at is null`,
);

const updateAvatar = statement<never>(
  "user.setAvatar",
  `update users set avatar_media_id = $2, version = version + 1 where id = $1`,
);

/**
 * Gives a person another avatar, or with null none; the caller holds their counter row. Answers whether that changed
 * anything: the second time, nothing. Throws media.notFound, media.notReady.
 */
export async function changeAvatar(tx: Tx, input: { userId: string; mediaId: string | null }): Promise<boolean> {
  const { userId, mediaId } = input;
  const before = await tx.maybe(selectAvatar, [userId]);
  if (before === null || before.mediaId === mediaId) return false;
  if (mediaId !== null) await wearMedia(tx, { ownerId: userId, mediaId });
  await tx.run(updateAvatar, [userId, mediaId]);
  if (before.mediaId !== null) await dropMedia(tx, { mediaId: before.mediaId });
  return true;
}
