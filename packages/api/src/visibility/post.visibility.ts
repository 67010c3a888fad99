// The one rule of who may see a post, as SQL text. `post` is an alias of `posts`, `author` of the author's `users`
// row, `viewer` an SQL expression (null::bigint for strangers).
import { isFollowing, userIsListed } from "./user.visibility.ts";

/** Not deleted; its author listed for the viewer; public on a public account, or one's own, or of someone followed. */
export function postIsVisible(scope: { post: string; author: string; viewer: string }): string {
  const { post, author, viewer } = scope;
  return `(${post}.deleted_at is null
           and ${userIsListed({ user: author, viewer })}
           and ((${post}.visibility = 'public' and not ${author}.is_private)
                or ${author}.id = ${viewer}
                or ${isFollowing(viewer, `${author}.id`)}))`;
}
