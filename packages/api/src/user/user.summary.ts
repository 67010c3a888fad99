// A person's part of any row: columns to select with a `users` alias, and the UserSummary made of them. So a list of
// posts or comments brings its authors along in its own round trip. The one place that knows what a summary holds.
// Promise: what comes out of a row may be cached; the avatar's URLs are signed when it is shown.
import { avatarSql, imageOf, type StoredPicture } from "../media/media.picture.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { UserSummary } from "./user.schema.ts";

/** What `summaryColumns` selects. */
export interface SummaryRow {
  personId: string;
  personHandle: string;
  personDisplayName: string;
  personIsPrivate: boolean;
  personAvatar: StoredPicture | null;
}

/** A UserSummary before its avatar's URLs are signed. */
export interface StoredSummary extends Omit<UserSummary, "avatar"> {
  avatar: StoredPicture | null;
}

/** SQL text: the columns of a SummaryRow, from an alias of `users`. */
export function summaryColumns(user: string): string {
  return `${user}.id as "personId", ${user}.handle as "personHandle",
          ${user}.display_name as "personDisplayName", ${user}.is_private as "personIsPrivate",
          ${avatarSql(user)} as "personAvatar"`;
}

/** The summary in a row, to be kept. */
export function storedSummaryOfRow(row: SummaryRow): StoredSummary {
  return {
    id: row.personId,
    handle: row.personHandle,
    displayName: row.personDisplayName,
    avatar: row.personAvatar,
    isPrivate: row.personIsPrivate,
  };
}

/** The summary to be shown. Whoever sees a person sees their avatar: it is public. */
export function showSummary(deps: Pick<Deps, "storage">, summary: StoredSummary): UserSummary {
  const { avatar } = summary;
  return { ...summary, avatar: avatar === null ? null : imageOf(deps.storage, avatar, { isPublic: true }) };
}

/** The summary in a row; the caller's statement has checked that the viewer may see it. */
export function summaryOfRow(deps: Pick<Deps, "storage">, row: SummaryRow): UserSummary {
  return showSummary(deps, storedSummaryOfRow(row));
}
