// The one rule of which pictures anybody may see by a plain URL, as SQL text. `media` is an alias of the table.
import { postIsVisible } from "./post.visibility.ts";
import { userIsLive } from "./user.visibility.ts";

/** Shown by a post that strangers see, or the avatar of somebody who exists. */
export function mediaIsPublic(media: string): string {
  const isOnPublicPost = `exists (select from posts post join users author on author.id = post.author_id
    where post.id = ${media}.post_id and ${postIsVisible({ post: "post", author: "author", viewer: "null::bigint" })})`;
  const isAvatar = `exists (select from users person
    where person.id = ${media}.owner_id and person.avatar_media_id = ${media}.id and ${userIsLive("person")})`;
  return `(${media}.deleted_at is null and ${media}.state = 'ready' and (${isOnPublicPost} or ${isAvatar}))`;
}
