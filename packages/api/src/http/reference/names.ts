// The named parts of the reference: every outward shape that a room exports under `…View` or `…Ref`.
import type { z } from "zod";
import * as account from "../../account/account.schema.ts";
import * as auth from "../../auth/auth.schema.ts";
import * as bookmark from "../../bookmark/bookmark.schema.ts";
import * as chat from "../../chat/chat.schema.ts";
import * as comment from "../../comment/comment.schema.ts";
import * as decision from "../../decision/decision.schema.ts";
import * as explore from "../../explore/explore.schema.ts";
import * as hashtag from "../../hashtag/hashtag.schema.ts";

import * as like from "../../like/like.schema.ts";
import * as live from "../../live/live.schema.ts";
import * as media from "../../media/media.schema.ts";
import * as moderation from "../../moderation/moderation.schema.ts";
import * as notification from "../../notification/notification.schema.ts";
import { okView } from "../../platform/call/wire.ts";
import * as post from "../../post/post.schema.ts";
import * as push from "../../push/push.schema.ts";
import * as session from "../../session/session.schema.ts";
import * as reason from "../../user/user.reason.ts";
import * as user from "../../user/user.schema.ts";

const rooms = [
  { okView },
  user,
  reason,
  session,
  auth,
  account,
  media,
  post,
  hashtag,
  explore,
  like,
  comment,
  bookmark,
  notification,
  decision,
  chat,
  live,
  push,
  moderation,
] as const;

/** The shapes by their names, as in `PostView`; one that has two names goes by the first. */
export function listNamedViews(): ReadonlyMap<string, z.ZodType> {
  const named = new Map<string, z.ZodType>();
  const known = new Set<unknown>();
  for (const room of rooms) {
    for (const [exported, schema] of Object.entries(room)) {
      if (!/(?:View|Ref)$/.test(exported) || known.has(schema)) continue;
      known.add(schema);
      named.set(exported.charAt(0).toUpperCase() + exported.slice(1), schema as z.ZodType);
    }
  }
  return named;
}
