// What goes into and comes out of the room `notification` on the wire.
import { z } from "zod";
import { idInput, idView, instantView, pageShape, pageView } from "../platform/call/wire.ts";
import { userCardView } from "../user/user.schema.ts";
import { isTimeZone } from "./notification.digest.time.ts";

export const notificationType = z.enum([
  "LIKE",
  "COMMENT",
  "FOLLOW",
  "FOLLOW_REQUEST",
  "FOLLOW_ACCEPTED",
  "MENTION",
  "REPLY",
  "COMMENT_LIKE",
]);
export type NotificationType = z.infer<typeof notificationType>;

/** A glimpse of the subject: some of its text, its first picture. */
const previewView = z.object({ text: z.string().nullable(), imageUrl: z.string().nullable() });

export const notificationView = z.object({
  id: idView,
  groupKey: z.string(),
  type: notificationType,
  actor: userCardView,
  postId: idView.nullable(),
  commentId: idView.nullable(),
  preview: previewView,
  read: z.boolean(),
  seen: z.boolean(),
  createdAt: instantView,
});
export type NotificationView = z.infer<typeof notificationView>;
export const notificationPageView = pageView(notificationView);

export const notificationGroupView = z.object({
  groupKey: z.string(),
  type: notificationType,
  /** The newest three. */
  actors: z.array(userCardView),
  actorCount: z.int(),
  postId: idView.nullable(),
  commentId: idView.nullable(),
  preview: previewView,
  /** All in it are. */
  read: z.boolean(),
  seen: z.boolean(),
  latestId: idView,
  latestAt: instantView,
});
export type NotificationGroupView = z.infer<typeof notificationGroupView>;
export const notificationGroupPageView = pageView(notificationGroupView);

const groupKey = z
  .string()
  .min(1)
  .max(200, { abort: true })
  .refine((key) => key.isWellFormed() && !key.includes("\0"), "Not a group");

export const listNotificationsInput = z.object({ groupKey: groupKey.nullish(), ...pageShape }).prefault({});
export const listGroupsInput = z.object(pageShape).prefault({});

const marks = { ids: z.array(idInput).max(100), groupKeys: z.array(groupKey).max(100), upToId: idInput };

/** Which notifications: exactly one way of saying it. */
export const markReadInput = z
  .object({ ids: marks.ids.optional(), groupKeys: marks.groupKeys.optional(), upToId: marks.upToId.optional() })
  .refine((input) => Object.values(input).filter((value) => value !== undefined).length === 1, {
    path: ["ids"],
    message: "Name exactly one of ids, groupKeys and upToId",
  });
export type MarkReadInput = z.infer<typeof markReadInput>;

/** What was marked, as other devices hear of it: the input of markRead. */
export const markedView = z.union([
  z.object({ ids: z.array(idView) }),
  z.object({ groupKeys: z.array(z.string()) }),
  z.object({ upToId: idView }),
]);

export const markSeenInput = z.object({ upToId: idInput });

const typePreference = z.object({
  inApp: z.boolean(),
  push: z.boolean(),
  email: z.boolean(),
  from: z.enum(["everyone", "following"]),
});
export type TypePreference = z.infer<typeof typePreference>;

const digest = z.object({
  frequency: z.enum(["off", "daily", "weekly"]),
  /** Of the person's day, in their time zone. */
  hour: z.int().min(0).max(23),
  timeZone: z.string().max(100, { abort: true }).refine(isTimeZone, "Not a time zone"),
});
export type Digest = z.infer<typeof digest>;

export const preferencesView = z.object({ types: z.record(notificationType, typePreference), digest });
export type PreferencesView = z.infer<typeof preferencesView>;

/** Absent: unchanged. */
export const updatePreferencesInput = z
  .object({
    types: z.partialRecord(notificationType, typePreference.partial()).optional(),
    digest: digest.partial().optional(),
  })
  .prefault({});
export type UpdatePreferencesInput = z.infer<typeof updatePreferencesInput>;

export const setQuietInput = z.object({ postId: idInput, isQuiet: z.boolean() });
export const quietView = z.object({ isQuiet: z.boolean() });
export const emptyInput = z.object({}).prefault({});
