// Hints to the open streams of every server process: small, best effort, one channel each, whoever is meant.
// Promises nothing: whoever needs certainty compares with PostgreSQL, as the hubs do every few seconds.
import { z } from "zod";
import type { Deps } from "../platform/process/deps.ts";
import type { LivePosition } from "./log.head.ts";

type Publisher = Pick<Deps, "pubsub">;

/** Carries `userId:seq` pairs, comma-separated: these logs have grown. */
export const personHintChannel = "live.hint";

/** Tells every process that these people's logs have grown: one message, however many people. */
export function hintPeople(deps: Publisher, input: { positions: readonly LivePosition[] }): void {
  if (input.positions.length === 0) return;
  const pairs = input.positions.map((position) => `${position.userId}:${position.seq}`);
  deps.pubsub.publish(personHintChannel, pairs.join(","));
}

/** Reads a message of `personHintChannel`. */
export function parsePersonHint(message: string): LivePosition[] {
  return message.split(",").flatMap((pair) => {
    const [userId, seq] = pair.split(":");
    return userId && seq ? [{ userId, seq }] : [];
  });
}

const commentHint = z.object({
  postId: z.string(),
  /** What happened, as its fact is called. */
  change: z.enum(["comment.created", "comment.updated", "comment.deleted"]),
  commentId: z.string(),
});
export type CommentHint = z.infer<typeof commentHint>;

/** "counts": likes came or went. */
const plainPostHint = z.object({ postId: z.string(), change: z.enum(["counts", "post.updated", "post.deleted"]) });
const postHint = z.union([commentHint, plainPostHint]);
export type PostHint = z.infer<typeof postHint>;

/** Carries a JSON list of PostHint. */
export const postHintChannel = "live.post";

/** Tells every process what happened to posts, so that viewers of `live.onPost` hear of it. Call it after commit. */
export function hintPosts(deps: Publisher, input: { hints: readonly PostHint[] }): void {
  if (input.hints.length > 0) deps.pubsub.publish(postHintChannel, JSON.stringify(input.hints));
}

/** Reads a message of `postHintChannel`; one that another release wrote differently is passed over. */
export function parsePostHint(message: string): PostHint[] {
  const parsed = z.array(postHint).safeParse(readJson(message));
  return parsed.success ? parsed.data : [];
}

const conversationHint = z.discriminatedUnion("change", [
  z.object({ conversationId: z.string(), change: z.literal("typing"), userId: z.string() }),
  z.object({ conversationId: z.string(), change: z.literal("read"), userId: z.string(), readUpTo: z.number() }),
  /** Who is in it has changed. */
  z.object({ conversationId: z.string(), change: z.literal("members") }),
]);
export type ConversationHint = z.infer<typeof conversationHint>;

/** Carries a JSON ConversationHint. */
export const conversationHintChannel = "live.conversation";

/** Tells every process what is told in a conversation and kept nowhere. Call it after commit. */
export function hintConversation(deps: Publisher, input: { hint: ConversationHint }): void {
  deps.pubsub.publish(conversationHintChannel, JSON.stringify(input.hint));
}

/** Reads a message of `conversationHintChannel`; null for one of another shape. */
export function parseConversationHint(message: string): ConversationHint | null {
  const parsed = conversationHint.safeParse(readJson(message));
  return parsed.success ? parsed.data : null;
}

/** Carries JSON `{ userId, sessionId | null }`: this session (null: all of the person's) has ended. */
export const revokedHintChannel = "session.revoked";

const revokedHint = z.object({ userId: z.string(), sessionId: z.string().nullable() });
export type RevokedHint = z.infer<typeof revokedHint>;

/** Tells every process that a session, or all sessions of a person, have ended. Call it after commit. */
export function hintRevoked(deps: Publisher, input: RevokedHint): void {
  deps.pubsub.publish(revokedHintChannel, JSON.stringify(input));
}

/** Reads a message of `revokedHintChannel`; null for one of another shape. */
export function parseRevokedHint(message: string): RevokedHint | null {
  const parsed = revokedHint.safeParse(readJson(message));
  return parsed.success ? parsed.data : null;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
