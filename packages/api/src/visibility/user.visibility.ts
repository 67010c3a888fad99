// The one rule of who may see whom, as SQL text: deleted, suspended, blocks both ways, private accounts.
// Every read path composes it; `user` is an alias of `users`, `viewer` an SQL expression (null::bigint for strangers).

interface Scope {
  /** Alias of the `users` row looked at, as in "u". */
  user: string;
  /** SQL expression of the viewer's id, as in "$1::bigint". */
  viewer: string;
}

/** The account exists: neither deleted nor suspended. */
export function userIsLive(user: string): string {
  return `(${user}.deleted_at is null and ${user}.suspended_at is null)`;
}

/** Neither of two people (SQL expressions) has blocked the other. Joined by `or`, each look would build bitmaps. */
export function isUnblocked(one: string, other: string): string {
  return `not exists (select from blocks bl where bl.blocker_id = ${one} and bl.blocked_id = ${other}
                       union all
                       select from blocks bl where bl.blocker_id = ${other} and bl.blocked_id = ${one})`;
}

/** `follower` follows `followee` (SQL expressions). */
export function isFollowing(follower: string, followee: string): string {
  return `exists (select from follows fo where fo.follower_id = ${follower} and fo.followee_id = ${followee})`;
}

/** `requester` has asked to follow `target` (SQL expressions). */
export function isRequesting(requester: string, target: string): string {
  return `exists (select from follow_requests fr where fr.requester_id = ${requester} and fr.target_id = ${target})`;
}

/** How `follower` stands to `followee` (SQL expressions): 'following', 'requested' or 'none'. */
export function followState(follower: string, followee: string): string {
  return `case when ${isFollowing(follower, followee)} then 'following'
               when ${isRequesting(follower, followee)} then 'requested' else 'none' end`;
}

/** `muter` has muted `muted` (SQL expressions). */
export function isMuting(muter: string, muted: string): string {
  return `exists (select from mutes mu where mu.muter_id = ${muter} and mu.muted_id = ${muted})`;
}

/** All whom `muter` has muted, for `in` over many people: hashing these few once is cheaper than a probe for each. */
export function mutedBy(muter: string): string {
  return `(select mu.muted_id from mutes mu where mu.muter_id = ${muter})`;
}

/** `blocker` has blocked `blocked` (SQL expressions). */
export function isBlocking(blocker: string, blocked: string): string {
  return `exists (select from blocks bl where bl.blocker_id = ${blocker} and bl.blocked_id = ${blocked})`;
}

/**
 * May open the profile: it is live and has not blocked the viewer. A blocker still sees whom they blocked, and so do
 * both where each has blocked the other.
 */
export function profileIsVisible({ user, viewer }: Scope): string {
  return `(${userIsLive(user)}
           and (not ${isBlocking(`${user}.id`, viewer)} or ${isBlocking(viewer, `${user}.id`)}))`;
}

/** May appear in lists, threads, events and search of the viewer: live, and no block either way. */
export function userIsListed({ user, viewer }: Scope): string {
  return `(${userIsLive(user)} and ${isUnblocked(viewer, `${user}.id`)})`;
}

/** May see this person's posts and follow lists at all: listed, and public, oneself, or followed. */
export function userPostsAreVisible({ user, viewer }: Scope): string {
  return `(${userIsListed({ user, viewer })}
           and (not ${user}.is_private or ${user}.id = ${viewer} or ${isFollowing(viewer, `${user}.id`)}))`;
}

/** May be shown to people who do not look for this very person: see `postIsDiscoverable`. */
export function userIsDiscoverable(user: string): string {
  return `(${user}.is_discoverable and ${user}.held_by is null and ${user}.limited_by is null)`;
}

/** May be found by who looks for them: no moderator keeps them out, or the viewer follows them, or is them. */
export function userIsFindable({ user, viewer }: Scope): string {
  return `(${userIsDiscoverable(user)} or coalesce(${user}.id = ${viewer}, false)
           or ${isFollowing(viewer, `${user}.id`)})`;
}
