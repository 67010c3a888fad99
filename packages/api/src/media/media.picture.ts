// Pictures in other rooms' rows: SQL text that brings them along in the same round trip, and the ImageView made of what
// it brings. Promise: URLs are signed here, at the last moment, so what comes out of SQL may be cached.

import { bytesOfText } from "../platform/call/cursor.ts";
import { vouchFor } from "../platform/call/vouched.ts";
import type { Storage } from "../platform/storage/storage.ts";
import { pictureKey } from "./media.key.ts";
import type { ImageView } from "./media.schema.ts";
import { pictureWidths } from "./media.width.ts";

/** What the SQL below brings: a ready picture, the same for every viewer. */
export interface StoredPicture {
  id: string;
  alt: string;
  placeholder: string;
  isAnimated: boolean;
  /** The files as [width, height], smallest first. */
  variants: [width: number, height: number][];
}

function pictureJson(media: string): string {
  return `json_build_object('id', ${media}.id::text, 'alt', ${media}.alt, 'placeholder', ${media}.placeholder,
                            'isAnimated', ${media}.is_animated, 'variants', ${media}.variants)`;
}

/** SQL expression: the pictures of a post (an SQL expression of its id) in order, as a JSON list of StoredPicture. */
export function postPicturesSql(postId: string): string {
  return `coalesce((select json_agg(${pictureJson("picture")} order by picture.position)
                    from media picture where picture.post_id = ${postId}), '[]'::json)`;
}

/** SQL expression: the pictures of a message (SQL expressions of its conversation and number) in order, likewise. */
export function messagePicturesSql(conversationId: string, seq: string): string {
  return `coalesce((select json_agg(${pictureJson("picture")} order by picture.position)
                    from media picture
                    where picture.conversation_id = ${conversationId} and picture.message_seq = ${seq}
                      and picture.deleted_at is null), '[]'::json)`;
}

/** SQL expression: the avatar of an alias of `users` as a JSON StoredPicture, or null. */
export function avatarSql(user: string): string {
  return `(select ${pictureJson("avatar")} from media avatar where avatar.id = ${user}.avatar_media_id)`;
}

/** SQL expression: the picture of an alias of `media`, as a JSON StoredPicture. */
export function pictureSql(media: string): string {
  return pictureJson(media);
}

interface ShownPicture {
  isPublic: boolean;
  period: number;
  view: ImageView;
}

// Beside the picture as long as somebody keeps it, as the cache of post bodies does: a warm page signs nothing.
const shown = new WeakMap<StoredPicture, ShownPicture>();

/**
 * The view of a picture. `isPublic` says that everybody may see it, so that a plain URL does where we serve files
 * ourselves; else the URLs are signed and live for ten minutes at most. The answer is frozen: pages share it.
 */
export function imageOf(
  storage: Pick<Storage, "urlOf" | "signingPeriod">,
  picture: StoredPicture,
  { isPublic }: { isPublic: boolean },
): ImageView {
  const period = storage.signingPeriod();
  const known = shown.get(picture);
  if (known?.period === period && known.isPublic === isPublic) return known.view;
  const view = vouchFor(signImage(storage, picture, isPublic));
  // Not the list of them: V8 takes twice as long to write a frozen array as JSON.
  for (const part of [view, ...view.variants]) Object.freeze(part);
  shown.set(picture, { isPublic, period, view });
  return view;
}

function signImage(storage: Pick<Storage, "urlOf">, picture: StoredPicture, isPublic: boolean): ImageView {
  const files = picture.variants.map(([width, height]) => {
    const { url, expiresAt } = storage.urlOf({ key: pictureKey(picture.id, width), isPublic });
    return { file: { url, width, height }, expiresAt };
  });
  const largest = files.at(-1);
  if (largest === undefined) throw new Error(`picture ${picture.id} has no files`);
  const common = files.filter(({ file }) => pictureWidths.some((width) => width === file.width));
  return {
    id: picture.id,
    ...largest.file,
    variants: (common.length > 0 ? common : files).map(({ file }) => file),
    placeholder: picture.placeholder,
    alt: picture.alt,
    isAnimated: picture.isAnimated,
    expiresAt: largest.expiresAt?.toISOString() ?? null,
  };
}

/** What a picture comes to in an answer, in bytes, at most. */
export function weighImage({ url, variants, alt }: ImageView): number {
  return 400 + (variants.length + 1) * (url.length + 50) + bytesOfText(alt);
}
