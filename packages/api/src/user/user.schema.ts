// What people look like on the wire, and what callers may send about them. Shared by every room that shows people.
import { z } from "zod";
import { imageView } from "../media/media.schema.ts";
import { vouched } from "../platform/call/vouched.ts";
import { idInput, idView, instantView, pageView } from "../platform/call/wire.ts";
import { textInput } from "../platform/text/text.ts";
import { handleInput } from "./user.handle.ts";
import { displayNameInput } from "./user.name.ts";

/** Free of the viewer, so it may be cached. */
const summaryShape = z.object({
  id: idView,
  handle: z.string(),
  displayName: z.string(),
  avatar: imageView.nullable(),
  isPrivate: z.boolean(),
});
export const userSummaryView = vouched(summaryShape);

/** One direction of a relation between two people. */
export const followStateView = z.enum(["none", "requested", "following"]);

/** How the viewer stands to a person. */
export const userViewerView = z.object({
  isSelf: z.boolean(),
  follow: followStateView,
  followedBy: followStateView,
  isBlocking: z.boolean(),
  isMuting: z.boolean(),
});

/** `viewer` is null for strangers. */
export const userCardView = summaryShape.extend({ viewer: userViewerView.nullable() });

export const userView = userCardView.extend({
  bio: z.string(),
  website: z.string().nullable(),
  postCount: z.int(),
  followerCount: z.int(),
  followingCount: z.int(),
  canSeePosts: z.boolean(),
  createdAt: instantView,
  rev: z.int(),
});

/**
 * `unread` and `unseen` are single notifications, of those that the list can show; `conversations` those with something
 * unread that are not muted, `requests` those that wait for an answer.
 */
export const countsView = z.object({
  unread: z.int(),
  unseen: z.int(),
  conversations: z.int(),
  requests: z.int(),
});

export const roleView = z.enum(["user", "moderator", "admin"]);

/** Who may write first, or ask into a group: everyone, those whom the person follows, nobody. */
export const reachView = z.enum(["everyone", "following", "nobody"]);
export type Reach = z.infer<typeof reachView>;

export const meView = userView.extend({
  email: z.string(),
  pendingEmail: z.string().nullable(),
  isEmailVerified: z.boolean(),
  role: roleView,
  /** Whether they are found and proposed where nobody asks for them by handle. */
  isDiscoverable: z.boolean(),
  whoCanMessage: reachView,
  whoCanGroup: reachView,
  notificationCounts: countsView,
});

export const userCardPageView = pageView(userCardView);
export const handleFreedomView = z.object({ isFree: z.boolean() });

export type UserSummary = z.infer<typeof userSummaryView>;
export type FollowState = z.infer<typeof followStateView>;
export type UserViewer = z.infer<typeof userViewerView>;
export type UserCard = z.infer<typeof userCardView>;
export type UserView = z.infer<typeof userView>;
export type MeView = z.infer<typeof meView>;
export type Counts = z.infer<typeof countsView>;
export type Role = z.infer<typeof roleView>;

/** A page of the web: http or https, at most 200 characters, without a login in it. */
const websiteInput = z
  .string()
  .max(1_000, { error: "At most 200 characters", abort: true })
  .trim()
  .max(200, { error: "At most 200 characters", abort: true })
  .refine(isWebAddress, "Must be an http(s) URL");

function isWebAddress(text: string): boolean {
  if (/[\s\p{C}<>"]/u.test(text) || !/^https?:\/\//i.test(text)) return false;
  const url = URL.parse(text);
  return url !== null && url.hostname !== "" && url.username === "" && url.password === "";
}

/** Absent: unchanged. Null clears: the name becomes the handle, the others empty. */
export const updateUserInput = z
  .object({
    displayName: displayNameInput.nullish(),
    bio: textInput({ max: 160 }).nullish(),
    website: websiteInput.nullish(),
    avatarMediaId: idInput.nullish(),
    isPrivate: z.boolean().optional(),
    isDiscoverable: z.boolean().optional(),
    whoCanMessage: reachView.optional(),
    whoCanGroup: reachView.optional(),
  })
  .prefault({});

export const emptyInput = z.object({}).prefault({});
export const userIdInput = z.object({ userId: idInput });
/** Any text: what can be nobody's handle is simply not found. */
export const typedHandleInput = z.object({ handle: z.string().max(200) });
export const wellFormedHandleInput = z.object({ handle: handleInput });
export const suggestionsInput = z.object({ limit: z.int().min(1).max(100).default(20) }).prefault({});

export type UpdateUserInput = z.infer<typeof updateUserInput>;
