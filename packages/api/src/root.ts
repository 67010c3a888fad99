// The table of contents of the wire API.
import { authRouter } from "./auth/auth.router.ts";
import { blockRouter } from "./block/block.router.ts";
import { bookmarkRouter } from "./bookmark/bookmark.router.ts";
import { chatRouter } from "./chat/chat.router.ts";
import { commentRouter } from "./comment/comment.router.ts";
import { exploreRouter } from "./explore/explore.router.ts";
import { feedRouter } from "./feed/feed.router.ts";
import { followRouter } from "./follow/follow.router.ts";
import { hashtagRouter } from "./hashtag/hashtag.router.ts";
import { likeRouter } from "./like/like.router.ts";
import { liveRouter } from "./live/live.router.ts";
import { mediaRouter } from "./media/media.router.ts";
import { moderationRouter } from "./moderation/moderation.router.ts";
import { muteRouter } from "./mute/mute.router.ts";
import { notificationRouter } from "./notification/notification.router.ts";
import { router } from "./platform/call/trpc.ts";
import { postRouter } from "./post/post.router.ts";
import { pushRouter } from "./push/push.router.ts";
import { searchRouter } from "./search/search.router.ts";
import { userRouter } from "./user/user.router.ts";

export const appRouter = router({
  auth: authRouter,
  user: userRouter,
  follow: followRouter,
  block: blockRouter,
  mute: muteRouter,
  post: postRouter,
  like: likeRouter,
  comment: commentRouter,
  bookmark: bookmarkRouter,
  feed: feedRouter,
  explore: exploreRouter,
  hashtag: hashtagRouter,
  search: searchRouter,
  chat: chatRouter,
  notification: notificationRouter,
  live: liveRouter,
  push: pushRouter,
  media: mediaRouter,
  moderation: moderationRouter,
});

/** The type that `@pixora/client` is typed by. */
export type AppRouter = typeof appRouter;
