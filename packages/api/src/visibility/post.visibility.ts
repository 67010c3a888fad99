// The one rule of who may see a post, as SQL text. `post` is an alias of `posts`, `author` of the author's `users`
// row, `viewer` an SQL expression (null::bigint for strangers).
import { isFollowing, userIsDiscoverable, userIsListed } from "./user.visibility.ts";

/** Not deleted, nor removed by a moderator save for its author; its author listed for the viewer; public on a public account, or one's own, or of someone followed. */
export function postIsVisible(scope: { post: string; author: string; viewer: string }): string {
  const { post, author, viewer } = scope;
  return `(${post}.deleted_at is null
           and (${post}.removed_by is null or ${author}.id = ${viewer})
           and ${userIsListed({ user: author, viewer })}
           and ((${post}.visibility = 'public' and not ${author}.is_private)
                or ${author}.id = ${viewer}
                or ${isFollowing(viewer, `${author}.id`)}))`;
}

/**
 * May be shown where people look for what they do not follow (explore, search, trends, suggestions): no moderator keeps
 * the post or its author out of there, and neither waits to be looked at. Beside `postIsVisible`, never instead of it.
 */
export function postIsDiscoverable(scope: { post: string; author: string }): string {
  const { post, author } = scope;
  return `(${post}.held_by is null and ${post}.limited_by is null and ${userIsDiscoverable(author)})`;
}

/** May be found by who looks for it: discoverable, or one's own, or of someone followed. Beside `postIsVisible`, too. */
export function postIsFindable(scope: { post: string; author: string; viewer: string }): string {
  const { post, author, viewer } = scope;
  return `(${postIsDiscoverable({ post, author })} or coalesce(${author}.id = ${viewer}, false)
           or ${isFollowing(viewer, `${author}.id`)})`;
}
