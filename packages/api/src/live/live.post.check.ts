// Checks streams of posts: ends those whose viewer may not look on any more, and tells the others newer counts.
import type { Deps } from "../platform/deps.ts";
import type { StreamBook } from "./live.book.ts";
import type { Mailbox } from "./live.mailbox.ts";
import { type PostCounts, type PostPosition, readPostStreams } from "./live.post.read.ts";
import type { PostEvent } from "./live.schema.ts";

/** One open stream. */
export interface PostStream extends PostPosition {
  /** The `rev` of the counts that were sent last; 0: none yet. */
  rev: number;
  readonly mailbox: Mailbox<PostEvent>;
}

/** Pairs of viewer and post that one query looks at. */
const pairsPerRead = 1_000;

/** Sends counts that are newer than those sent before. */
export function tellCounts(stream: PostStream, counts: PostCounts): void {
  if (counts.rev <= stream.rev) return;
  stream.rev = counts.rev;
  const { likeCount, commentCount, rev } = counts;
  stream.mailbox.put({ type: "post.counts", likeCount, commentCount, rev });
}

/**
 * Compares streams with the database: those that may look on are told newer counts (unless `isQuiet`), the others end.
 * One that was told of a post which is gone now hears that before it ends.
 */
export async function checkPostStreams(
  deps: Pick<Deps, "db">,
  input: { book: StreamBook<PostStream>; streams: readonly PostStream[]; isQuiet?: boolean },
): Promise<void> {
  const { book, streams, isQuiet = false } = input;
  for (let start = 0; start < streams.length; start += pairsPerRead) {
    const part = streams.slice(start, start + pairsPerRead);
    const readings = await readPostStreams(deps, { streams: part });
    part.forEach((stream, index) => {
      const reading = readings.get(index);
      if (reading?.isOpen === true) {
        if (!isQuiet) tellCounts(stream, reading);
        return;
      }
      const isGone = reading === undefined || reading.isDeleted;
      // What was waiting for a slow reader is not for them any more.
      if (!isGone) stream.mailbox.discard();
      else if (stream.rev > 0) stream.mailbox.put({ type: "post.deleted" });
      stream.mailbox.close();
      book.remove(stream);
    });
  }
}
