// Checks streams of posts: ends those whose viewer may not look on any more, and tells the others newer counts.

import { vouchFor } from "../platform/call/vouched.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { Mailbox } from "./live.mailbox.ts";
import { type PostCounts, type PostPosition, readPostStreams } from "./live.post.read.ts";
import type { StreamRegister } from "./live.register.ts";
import type { PostEvent } from "./live.schema.ts";

/** One open stream. */
export interface PostStream extends PostPosition {
  /** The `rev` of the counts that were sent last; 0: none yet. */
  rev: number;
  readonly mailbox: Mailbox<PostEvent>;
}

/** Streams of one session, or of strangers, on one post: whatever one of them may see, all may. */
export interface Audience extends PostPosition {
  streams: PostStream[];
}

/** The audiences that streams make up. */
export function audiencesOf(streams: readonly PostStream[]): Audience[] {
  const bySession = new Map<string | null, Map<string, Audience>>();
  const audiences: Audience[] = [];
  for (const stream of streams) {
    const { postId, viewerId, sessionId } = stream;
    const byPost = bySession.get(sessionId) ?? new Map<string, Audience>();
    if (byPost.size === 0) bySession.set(sessionId, byPost);
    const known = byPost.get(postId);
    if (known !== undefined) {
      known.streams.push(stream);
      continue;
    }
    const audience = { postId, viewerId, sessionId, streams: [stream] };
    byPost.set(postId, audience);
    audiences.push(audience);
  }
  return audiences;
}

/** Audiences that one query looks at. */
const audiencesPerRead = 5_000;

export type CountsEvent = Extract<PostEvent, { type: "post.counts" }>;

/** The event of counts: one object, however many hear of it. */
export function countsEventOf({ likeCount, commentCount, rev }: PostCounts): CountsEvent {
  return vouchFor({ type: "post.counts", likeCount, commentCount, rev });
}

/** Sends counts that are newer than those sent before. */
export function tellCounts(stream: PostStream, event: CountsEvent): void {
  if (event.rev <= stream.rev) return;
  stream.rev = event.rev;
  stream.mailbox.put(event);
}

/**
 * Compares audiences with the database and ends the streams of those that may not look on; where they were told of a
 * post which is gone now, they hear that before. Answers the counts of the posts that are there.
 */
export async function checkAudiences(
  deps: Pick<Deps, "db">,
  input: { register: StreamRegister<PostStream>; audiences: readonly Audience[] },
): Promise<Map<string, CountsEvent>> {
  const { register, audiences } = input;
  const counts = new Map<string, CountsEvent>();
  for (let start = 0; start < audiences.length; start += audiencesPerRead) {
    const part = audiences.slice(start, start + audiencesPerRead);
    const readings = await readPostStreams(deps, { streams: part });
    for (const [postId, reading] of readings) counts.set(postId, countsEventOf(reading));
    part.forEach((audience, index) => {
      const reading = readings.get(audience.postId);
      const isGone = reading === undefined || reading.isDeleted;
      if (!isGone && !reading.closed.has(index)) return;
      for (const stream of audience.streams) end(stream, { isGone });
    });
  }
  function end(stream: PostStream, { isGone }: { isGone: boolean }): void {
    // What was waiting for a slow reader is not for them any more.
    if (!isGone) stream.mailbox.discard();
    else if (stream.rev > 0) stream.mailbox.put({ type: "post.deleted" });
    stream.mailbox.close();
    register.remove(stream);
  }
  return counts;
}

/** Ends the streams that may not look on, and tells the others newer counts. */
export async function checkPostStreams(
  deps: Pick<Deps, "db">,
  input: { register: StreamRegister<PostStream>; streams: readonly PostStream[] },
): Promise<void> {
  const counts = await checkAudiences(deps, { register: input.register, audiences: audiencesOf(input.streams) });
  for (const stream of input.streams) {
    const event = counts.get(stream.postId);
    if (event !== undefined) tellCounts(stream, event);
  }
}
