// People as a viewer may see them: ids in, views out, one bulk statement each.
// Promise: whoever is not visible to the viewer is not in the answer, whatever list the ids came from.
import { type Sql, statement } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import { conversationCounts } from "../visibility/chat.visibility.ts";
import {
  followState,
  isBlocking,
  isMuting,
  profileIsVisible,
  userIsListed,
  userPostsAreVisible,
} from "../visibility/user.visibility.ts";
import type { Counts, MeView, Reach, Role, UserCard, UserSummary, UserView, UserViewer } from "./user.schema.ts";
import { type SummaryRow, summaryColumns, summaryOfRow } from "./user.summary.ts";

interface ProfileRow extends SummaryRow, UserViewer {
  bio: string;
  website: string | null;
  postCount: number;
  followerCount: number;
  followingCount: number;
  canSeePosts: boolean;
  createdAt: Date;
  rev: number;
}

const viewer = "$1::bigint";
const scope = { user: "u", viewer };

const relationColumns = `
  coalesce(u.id = ${viewer}, false) as "isSelf",
  ${followState(viewer, "u.id")} as follow,
  ${followState("u.id", viewer)} as "followedBy",
  ${isBlocking(viewer, "u.id")} as "isBlocking",
  ${isMuting(viewer, "u.id")} as "isMuting"`;

const profileColumns = `${summaryColumns("u")}, ${relationColumns},
  u.bio, u.website, u.created_at as "createdAt",
  c.post_count as "postCount", c.follower_count as "followerCount", c.following_count as "followingCount", c.rev,
  coalesce(${userPostsAreVisible(scope)}, false) as "canSeePosts"`;

const selectSummaries = statement<SummaryRow>(
  "user.selectSummaries",
  `select ${summaryColumns("u")} from users u where u.id = any($1::bigint[])`,
);

/**
 * The viewer-free part of people, by id; unknown ids are left out. Checks no visibility: for callers that have, as
 * the authors of visible posts.
 */
export async function presentUserSummaries(
  deps: Pick<Deps, "db" | "storage">,
  input: { ids: readonly string[] },
): Promise<Map<string, UserSummary>> {
  if (input.ids.length === 0) return new Map();
  const rows = await deps.db.sql.many(selectSummaries, [[...new Set(input.ids)]]);
  return new Map(rows.map((row) => [row.personId, summaryOfRow(deps, row)]));
}

function selectCards(name: string, rule: string) {
  return statement<SummaryRow & UserViewer>(
    name,
    `select ${summaryColumns("u")}, ${relationColumns}
     from unnest($2::bigint[]) with ordinality as wanted (id, place)
     join users u on u.id = wanted.id
     where ${rule} order by wanted.place`,
  );
}

const selectListedCards = selectCards("user.selectCards", userIsListed(scope));
const selectVisibleCards = selectCards("user.selectCardsWithBlocked", profileIsVisible(scope));

/**
 * Cards in the order of `ids`, without those who are not listed for the viewer (null = a stranger): deleted,
 * suspended, or blocked either way. `includesBlocked` keeps whom the viewer has blocked: for the list of them.
 */
export async function presentUserCards(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string | null; ids: readonly string[]; includesBlocked?: boolean },
): Promise<UserCard[]> {
  if (input.ids.length === 0) return [];
  const select = input.includesBlocked === true ? selectVisibleCards : selectListedCards;
  const rows = await deps.db.sql.many(select, [input.viewerId, input.ids]);
  return rows.map((row) => toCard(deps, row, input.viewerId));
}

const selectProfile = statement<ProfileRow>(
  "user.selectProfile",
  `select ${profileColumns} from users u join user_counts c on c.user_id = u.id
   where u.id = $2 and ${profileIsVisible(scope)}`,
);

/** A profile as the viewer may see it, or null. Reads through `sql`, so that a transaction may look too. */
export async function findUserView(
  deps: Pick<Deps, "storage"> & { db: { sql: Sql } },
  input: { viewerId: string | null; userId: string },
): Promise<UserView | null> {
  const row = await deps.db.sql.maybe(selectProfile, [input.viewerId, input.userId]);
  return row === null ? null : toUserView(deps, row, input.viewerId);
}

/** A profile as the viewer (null = a stranger) may see it. Throws user.notFound. */
export async function presentUser(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string | null; userId: string },
): Promise<UserView> {
  const view = await findUserView(deps, input);
  if (view === null) throw new AppError("user.notFound");
  return view;
}

interface MeRow extends ProfileRow, Counts {
  email: string;
  pendingEmail: string | null;
  isEmailVerified: boolean;
  role: Role;
  isDiscoverable: boolean;
  whoCanMessage: Reach;
  whoCanGroup: Reach;
}

const selectMe = statement<MeRow>(
  "user.selectMe",
  `select ${profileColumns}, u.role, u.is_discoverable as "isDiscoverable",
     u.who_can_message as "whoCanMessage", u.who_can_group as "whoCanGroup", s.email, s.pending_email as "pendingEmail",
     s.email_verified_at is not null as "isEmailVerified", h.unread, h.unseen,
     ${conversationCounts("u.id")}
   from users u
   join user_counts c on c.user_id = u.id
   join credentials s on s.user_id = u.id
   join live_heads h on h.user_id = u.id
   where u.id = ${viewer} and u.deleted_at is null`,
);

/** What a person sees of their own account, e-mail and notification counts included. Throws user.notFound. */
export async function presentMe(deps: Pick<Deps, "db" | "storage">, input: { userId: string }): Promise<MeView> {
  const row = await deps.db.sql.maybe(selectMe, [input.userId]);
  if (row === null) throw new AppError("user.notFound");
  return {
    ...toUserView(deps, row, input.userId),
    email: row.email,
    pendingEmail: row.pendingEmail,
    isEmailVerified: row.isEmailVerified,
    role: row.role,
    isDiscoverable: row.isDiscoverable,
    whoCanMessage: row.whoCanMessage,
    whoCanGroup: row.whoCanGroup,
    notificationCounts: {
      unread: row.unread,
      unseen: row.unseen,
      conversations: row.conversations,
      requests: row.requests,
    },
  };
}

function toCard(deps: Pick<Deps, "storage">, row: SummaryRow & UserViewer, viewerId: string | null): UserCard {
  return { ...summaryOfRow(deps, row), viewer: viewerId === null ? null : toViewer(row) };
}

function toViewer(row: UserViewer): UserViewer {
  return {
    isSelf: row.isSelf,
    follow: row.follow,
    followedBy: row.followedBy,
    isBlocking: row.isBlocking,
    isMuting: row.isMuting,
  };
}

function toUserView(deps: Pick<Deps, "storage">, row: ProfileRow, viewerId: string | null): UserView {
  return {
    ...toCard(deps, row, viewerId),
    bio: row.bio,
    website: row.website,
    postCount: row.postCount,
    followerCount: row.followerCount,
    followingCount: row.followingCount,
    canSeePosts: row.canSeePosts,
    createdAt: row.createdAt.toISOString(),
    rev: row.rev,
  };
}
