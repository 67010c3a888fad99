// The kinds of objects that answers carry, by their views: what each is called in the store and which fields it has.
import type { RouterOutputs } from "@pixora/api";

export type Post = RouterOutputs["post"]["byId"];
export type Comment = RouterOutputs["comment"]["byId"];
export type User = RouterOutputs["user"]["byId"];
export type Me = RouterOutputs["user"]["me"];
export type UserCard = RouterOutputs["follow"]["followers"]["items"][number];
export type UserSummary = Post["author"];
export type Notification = RouterOutputs["notification"]["list"]["items"][number];
export type NotificationGroup = RouterOutputs["notification"]["groups"]["items"][number];
export type Counts = RouterOutputs["notification"]["counts"];
export type Media = RouterOutputs["media"]["byId"];

/** Views by kind. People come in four sizes of one object. */
export interface Views {
  post: Post;
  comment: Comment;
  me: Me;
  user: User;
  card: UserCard;
  summary: UserSummary;
  notification: Notification;
  group: NotificationGroup;
  counts: Counts;
  media: Media;
}
export type Kind = keyof Views;

/** The kind of a view, the largest that fits; "plain" for what the store does not keep. */
export type KindOf<View> = View extends Post
  ? "post"
  : View extends Comment
    ? "comment"
    : View extends Me
      ? "me"
      : View extends User
        ? "user"
        : View extends UserCard
          ? "card"
          : View extends Notification
            ? "notification"
            : View extends NotificationGroup
              ? "group"
              : View extends Counts
                ? "counts"
                : View extends Media
                  ? "media"
                  : "plain";

/** What the store adds to a view. */
export interface Marks {
  /** For React: it stays the same when a new thing gets its id from the server. */
  readonly key: string;
  /**
   * "sending" until the server has taken it; "refused" when it has refused to (`useOutbox` tells why, and tries again).
   */
  readonly state: "saved" | "sending" | "refused";
}

/** A view as the hooks answer it. */
export type Seen<View> = View extends { items: (infer Item)[]; nextCursor: unknown }
  ? Omit<View, "items"> & { items: Seen<Item>[] }
  : View extends { post: infer Inner }
    ? Omit<View, "post"> & { post: Seen<Inner> }
    : View extends { id: string } | { groupKey: string }
      ? KindOf<View> extends "plain"
        ? View
        : View & Marks
      : View;

/** Which object of the store a view is of: `post:17`. */
export type Key = `${string}:${string}`;
export type Type = "post" | "comment" | "user" | "notification" | "group" | "counts" | "media";

export const typeOf: { readonly [K in Kind]: Type } = {
  post: "post",
  comment: "comment",
  me: "user",
  user: "user",
  card: "user",
  summary: "user",
  notification: "notification",
  group: "group",
  counts: "counts",
  media: "media",
};

export function keyOf(kind: Kind, id: string): Key {
  return `${typeOf[kind]}:${id}`;
}

/** There is one object of counts: those of the person. */
export const ownCountsId = "own";

export function idOfView(kind: Kind, view: object): string {
  if (kind === "counts") return ownCountsId;
  return String((view as Record<string, unknown>)[kind === "group" ? "groupKey" : "id"]);
}

const summaryFields = ["id", "handle", "displayName", "avatar", "isPrivate"];
const meFields = [
  "email",
  "pendingEmail",
  "isEmailVerified",
  "role",
  "isDiscoverable",
  "whoCanMessage",
  "whoCanGroup",
  "notificationCounts",
];

/** Which of an object's fields belong to a view of this kind. */
export function isFieldOf(kind: Kind, field: string): boolean {
  if (kind === "summary") return summaryFields.includes(field);
  if (kind === "card") return field === "viewer" || summaryFields.includes(field);
  return kind !== "user" || !meFields.includes(field);
}

/** A person known in one size is known in the smaller ones. */
export const smallerKinds: { readonly [K in Kind]?: readonly Kind[] } = {
  me: ["user", "card", "summary"],
  user: ["card", "summary"],
  card: ["summary"],
};

/** Fields that hold other objects, which the store keeps by themselves. */
export const heldKinds: { readonly [T in Type]?: { readonly [field: string]: Kind } } = {
  post: { author: "summary" },
  comment: { author: "summary" },
  notification: { actor: "card" },
  group: { actors: "card" },
  user: { notificationCounts: "counts" },
};
