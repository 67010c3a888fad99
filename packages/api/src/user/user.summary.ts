// A person's part of any row: columns to select with a `users` alias, and the UserSummary made of them. So a list of
// posts or comments brings its authors along in its own round trip. The one place that knows what a summary holds.
import type { UserSummary } from "./user.schema.ts";

/** What `summaryColumns` selects. */
export interface SummaryRow {
  personId: string;
  personHandle: string;
  personDisplayName: string;
  personIsPrivate: boolean;
}

/** SQL text: the columns of a SummaryRow, from an alias of `users`. */
export function summaryColumns(user: string): string {
  return `${user}.id as "personId", ${user}.handle as "personHandle",
          ${user}.display_name as "personDisplayName", ${user}.is_private as "personIsPrivate"`;
}

/** The summary in a row; the caller's statement has checked that the viewer may see it. */
export function summaryOfRow(row: SummaryRow): UserSummary {
  return {
    id: row.personId,
    handle: row.personHandle,
    displayName: row.personDisplayName,
    avatar: null,
    isPrivate: row.personIsPrivate,
  };
}
