// Where objects lie in each answer. A procedure without a row, or with a wrong one, does not compile.
import type { Kind, KindOf, Post } from "./kinds.ts";
import type { MutationPath, OutputOf, QueryPath } from "./paths.ts";

/** A view, a page of views, a page of things that each hold a post, or nothing that the store keeps. */
export type Shape = Kind | "plain" | { page: Kind | "plain" | { post: "post" } };

type ItemShapeOf<Item> =
  KindOf<Item> extends "plain" ? (Item extends { post: Post } ? { post: "post" } : "plain") : KindOf<Item>;

/** The only right row for an answer. */
export type ShapeOf<Output> = Output extends { items: (infer Item)[] } ? { page: ItemShapeOf<Item> } : KindOf<Output>;

/** What each reading procedure answers. */
export const queryShapes = {
  "auth.export": "plain",
  "auth.sessions": { page: "plain" },
  "block.list": { page: "card" },
  "bookmark.list": { page: "post" },
  "chat.byId": "plain",
  "chat.counts": "plain",
  "chat.list": { page: "plain" },
  "chat.messages": { page: "plain" },
  "comment.byId": "comment",
  "comment.list": { page: "comment" },
  "comment.replies": { page: "comment" },
  "explore.hashtag": { page: "post" },
  "explore.trendingTags": { page: "plain" },
  "feed.home": { page: "post" },
  "follow.followers": { page: "card" },
  "follow.following": { page: "card" },
  "follow.requests": { page: "card" },
  "hashtag.byTag": "plain",
  "hashtag.feed": { page: { post: "post" } },
  "hashtag.following": { page: "plain" },
  "like.list": { page: "card" },
  "media.byId": "media",
  "moderation.case": "plain",
  "moderation.cases": { page: "plain" },
  "moderation.decisions": { page: "plain" },
  "moderation.log": { page: "plain" },
  "moderation.myReports": { page: "plain" },
  "moderation.reports": { page: "plain" },
  "mute.list": { page: "card" },
  "notification.counts": "counts",
  "notification.groups": { page: "group" },
  "notification.list": { page: "notification" },
  "notification.preferences": "plain",
  "post.byId": "post",
  "post.byUser": { page: "post" },
  "post.history": { page: "plain" },
  "push.publicKey": "plain",
  "search.hashtags": { page: "plain" },
  "search.posts": { page: "post" },
  "search.users": { page: "card" },
  "user.byHandle": "user",
  "user.byId": "user",
  "user.isHandleFree": "plain",
  "user.me": "me",
  "user.suggestions": { page: "card" },
} as const satisfies { readonly [Path in QueryPath]: ShapeOf<OutputOf<Path>> };

/** What each changing procedure answers. */
export const mutationShapes = {
  "auth.changeEmail": "me",
  "auth.changePassword": "plain",
  "auth.deleteAccount": "plain",
  "auth.refresh": "plain",
  "auth.requestEmailVerification": "plain",
  "auth.requestExport": "plain",
  "auth.requestPasswordReset": "plain",
  "auth.resetPassword": "plain",
  "auth.revokeSession": "plain",
  "auth.signIn": "plain",
  "auth.signOut": "plain",
  "auth.signOutEverywhere": "plain",
  "auth.signUp": "plain",
  "auth.verifyEmail": "plain",
  "block.create": "user",
  "block.delete": "user",
  "bookmark.create": "plain",
  "bookmark.delete": "plain",
  "chat.markRead": "plain",
  "chat.open": "plain",
  "chat.send": "plain",
  "comment.create": "comment",
  "comment.delete": "plain",
  "comment.update": "comment",
  "follow.acceptRequest": "user",
  "follow.create": "user",
  "follow.delete": "user",
  "follow.rejectRequest": "user",
  "follow.removeFollower": "user",
  "hashtag.follow": "plain",
  "hashtag.unfollow": "plain",
  "like.create": "plain",
  "like.delete": "plain",
  "media.complete": "media",
  "media.create": "plain",
  "moderation.appeal": "plain",
  "moderation.banHashtag": "plain",
  "moderation.decide": "plain",
  "moderation.report": "plain",
  "moderation.resolve": "plain",
  "moderation.resolveAppeal": "plain",
  "moderation.reverse": "plain",
  "moderation.suspend": "plain",
  "moderation.take": "plain",
  "moderation.unbanHashtag": "plain",
  "moderation.unsuspend": "plain",
  "mute.create": "user",
  "mute.delete": "user",
  "notification.markRead": "counts",
  "notification.markSeen": "counts",
  "notification.setQuiet": "plain",
  "notification.updatePreferences": "plain",
  "post.create": "post",
  "post.delete": "plain",
  "post.update": "post",
  "push.subscribe": "plain",
  "push.unsubscribe": "plain",
  "user.dismissSuggestion": "plain",
  "user.update": "me",
} as const satisfies { readonly [Path in MutationPath]: ShapeOf<OutputOf<Path>> };

const shapes: { readonly [path: string]: Shape } = { ...queryShapes, ...mutationShapes };

/** What a procedure answers; "plain" for one that this version does not know. */
export function shapeOf(path: string): Shape {
  return shapes[path] ?? "plain";
}
