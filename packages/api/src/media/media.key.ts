// Where the files of a picture stand in the storage, and which picture a file belongs to. Pure.

import { isId } from "@pixora/db";

/** What was uploaded, while it may still be. */
export function uploadKey(mediaId: string): string {
  return `upload/${mediaId}`;
}

/** What counts of it: copied there by us when the upload was complete. Nobody is ever permitted to write there. */
export function intakeKey(mediaId: string): string {
  return `intake/${mediaId}`;
}

/** A rendering: the only kind of file that is served. */
export function pictureKey(mediaId: string, width: number): string {
  return `picture/${mediaId}/${width}.webp`;
}

/** The folders above: what a sweep walks through. */
export const mediaPrefixes = ["upload/", "intake/", "picture/"] as const;

const keys = /^(?:upload|intake)\/(\d+)$|^picture\/(\d+)\/[1-9]\d{0,4}\.webp$/;

/** Whose file it is; null for one that we did not make. */
export function mediaIdOfKey(key: string): string | null {
  const [, upload, picture] = keys.exec(key) ?? [];
  const id = upload ?? picture;
  return id !== undefined && isId(id) ? id : null;
}
