// The whole table, in the order of the wire's table of contents (root.ts).
import { chat } from "./rows.chat.ts";
import { bookmark, comment, explore, feed, hashtag, like, media, post, search } from "./rows.content.ts";
import { live, moderation, notification, push } from "./rows.inbox.ts";
import { auth, block, follow, mute, user } from "./rows.people.ts";
import { listRows, type Row } from "./table.ts";

/** Every case of every procedure. A procedure that is missing in its room does not compile; a room that is missing fails the matrix. */
export const rows: readonly Row[] = listRows({
  auth,
  user,
  follow,
  block,
  mute,
  post,
  like,
  comment,
  bookmark,
  feed,
  explore,
  hashtag,
  search,
  chat,
  notification,
  live,
  push,
  media,
  moderation,
});
