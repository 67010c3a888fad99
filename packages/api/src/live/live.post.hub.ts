// The hub of post streams, one a process: hints tell which posts changed, it reads the change once for all local viewers.
// Promises: counts at most four times a second; a comment only to those who may see it; a stream ends within seconds
// once its post is deleted or hidden from its viewer, or its session has ended.
import { presentCommentsToMany } from "../comment/comment.view.ts";
import type { Deps } from "../platform/deps.ts";
import { onePerDeps } from "../platform/per-deps.ts";
import { type PostHint, parsePostHint, parseRevokedHint, postHintChannel, revokedHintChannel } from "./live.hint.ts";
import type { Mailbox } from "./live.mailbox.ts";
import { type PostCounts, type PostPosition, readPostCounts, readPostStreams } from "./live.post.read.ts";
import type { PostEvent } from "./live.schema.ts";

/** One open stream. */
export interface PostStream extends PostPosition {
  /** The `rev` of the counts that were sent last; 0: none yet. */
  rev: number;
  readonly mailbox: Mailbox<PostEvent>;
}

export interface PostHub {
  /** Takes a stream up and sends it the counts of now; false, and the stream is not taken up, if its viewer may not see the post. */
  admit(stream: PostStream): Promise<boolean>;
  remove(stream: PostStream): void;
}

const sweepEveryMs = 3_000;
const countsEveryMs = 250;
/** Pairs of viewer and comment, or of viewer and post, that one query looks at. */
const pairsPerRead = 1_000;

/** The hub of a process. It listens from its first stream on, for as long as the process lives. */
export const postHubOf = onePerDeps(createHub);

function createHub(deps: Pick<Deps, "db" | "pubsub" | "log">): PostHub {
  const byPost = new Map<string, Set<PostStream>>();
  const moved = new Set<string>();
  let comments: PostHint[] = [];
  let countsTimer: NodeJS.Timeout | null = null;
  let areCommentsSent = true;

  function streamsOf(postIds: Iterable<string>): PostStream[] {
    return [...postIds].flatMap((postId) => [...(byPost.get(postId) ?? [])]);
  }

  function remove(stream: PostStream): void {
    const streams = byPost.get(stream.postId);
    streams?.delete(stream);
    if (streams?.size === 0) byPost.delete(stream.postId);
  }

  function end(stream: PostStream): void {
    stream.mailbox.close();
    remove(stream);
  }

  /** Ends those who may not see their post any more, and tells the others newer counts. */
  async function check(streams: readonly PostStream[]): Promise<void> {
    for (let start = 0; start < streams.length; start += pairsPerRead) {
      const part = streams.slice(start, start + pairsPerRead);
      const readings = await readPostStreams(deps, { streams: part });
      part.forEach((stream, index) => {
        const reading = readings.get(index);
        if (reading?.isOpen === true) return tellCounts(stream, reading);
        if (stream.rev > 0 && (reading === undefined || reading.isDeleted))
          stream.mailbox.put({ type: "post.deleted" });
        end(stream);
      });
    }
  }

  async function sendCounts(): Promise<void> {
    const postIds = [...moved].filter((postId) => byPost.has(postId));
    moved.clear();
    if (postIds.length === 0) return;
    const counts = await readPostCounts(deps, { postIds });
    for (const stream of streamsOf(postIds)) {
      const now = counts.get(stream.postId);
      if (now !== undefined) tellCounts(stream, now);
    }
  }

  // The first change goes out at once; those of the next quarter second go out together.
  function scheduleCounts(): void {
    if (countsTimer !== null) return;
    safely(sendCounts());
    countsTimer = setTimeout(() => {
      countsTimer = null;
      if (moved.size > 0) scheduleCounts();
    }, countsEveryMs).unref();
  }

  async function sendComments(): Promise<void> {
    areCommentsSent = false;
    try {
      while (comments.length > 0) {
        const hints = comments;
        comments = [];
        await sendCommentRound(hints);
      }
    } finally {
      areCommentsSent = true;
    }
  }

  async function sendCommentRound(hints: readonly PostHint[]): Promise<void> {
    const views = await presentRound(hints);
    for (const { postId, change, commentId } of hints) {
      if (commentId === undefined) continue;
      for (const stream of byPost.get(postId) ?? []) {
        const comment = views.get(`${commentId}/${stream.viewerId}`);
        if (change === "comment.deleted") stream.mailbox.put({ type: change, commentId });
        else if (
          comment !== undefined &&
          change !== "counts" &&
          change !== "post.updated" &&
          change !== "post.deleted"
        ) {
          stream.mailbox.put({ type: change, comment });
        }
      }
    }
  }

  async function presentRound(hints: readonly PostHint[]) {
    const pairs = new Map<string, { commentId: string; viewerId: string | null }>();
    for (const { postId, change, commentId } of hints) {
      if (commentId === undefined || change === "comment.deleted") continue;
      for (const { viewerId } of byPost.get(postId) ?? [])
        pairs.set(`${commentId}/${viewerId}`, { commentId, viewerId });
    }
    const all = [...pairs.values()];
    const views = new Map<string, Awaited<ReturnType<typeof presentCommentsToMany>>[number]["view"]>();
    for (let start = 0; start < all.length; start += pairsPerRead) {
      const shown = await presentCommentsToMany(deps, { pairs: all.slice(start, start + pairsPerRead) });
      for (const { viewerId, view } of shown) if (view.text !== null) views.set(`${view.id}/${viewerId}`, view);
    }
    return views;
  }

  function take(hint: PostHint): void {
    if (!byPost.has(hint.postId)) return;
    if (hint.change === "post.deleted" || hint.change === "post.updated") safely(check(streamsOf([hint.postId])));
    else moved.add(hint.postId);
    if (hint.commentId !== undefined) comments.push(hint);
  }

  function safely(work: Promise<void>): void {
    work.catch((error) => deps.log.warn({ err: error }, "streams of posts wait for the database"));
  }

  function sweep(): void {
    if (byPost.size > 0) safely(check(streamsOf(byPost.keys())));
  }

  deps.pubsub.subscribe(postHintChannel, (message) => {
    for (const hint of parsePostHint(message)) take(hint);
    if (moved.size > 0) scheduleCounts();
    if (comments.length > 0 && areCommentsSent) safely(sendComments());
  });
  deps.pubsub.subscribe(revokedHintChannel, (message) => {
    const userId = parseRevokedHint(message)?.userId;
    if (userId !== undefined) safely(check(streamsOf(byPost.keys()).filter((stream) => stream.viewerId === userId)));
  });
  deps.pubsub.onReconnect(sweep);
  setInterval(sweep, sweepEveryMs).unref();

  return {
    async admit(stream) {
      const streams = byPost.get(stream.postId) ?? new Set();
      // Listening comes first.
      byPost.set(stream.postId, streams.add(stream));
      try {
        await check([stream]);
      } catch (error) {
        end(stream);
        throw error;
      }
      return byPost.get(stream.postId)?.has(stream) === true;
    },
    remove,
  };
}

function tellCounts(stream: PostStream, counts: PostCounts): void {
  if (counts.rev <= stream.rev) return;
  stream.rev = counts.rev;
  const { likeCount, commentCount, rev } = counts;
  stream.mailbox.put({ type: "post.counts", likeCount, commentCount, rev });
}
