// Tells the viewers of posts the counts: at once, and then at most four times a second, whatever happens.
import type { Deps } from "../platform/deps.ts";
import type { StreamBook } from "./live.book.ts";
import { type PostStream, tellCounts } from "./live.post.check.ts";
import { readPostCounts } from "./live.post.read.ts";

const everyMs = 250;

interface CountsTellerInput {
  book: StreamBook<PostStream>;
  /** Resolves when the streams of sessions that were said to have ended are closed: they are told nothing more. */
  whenChecked: () => Promise<unknown>;
}

/** The first change goes out at once; those of the next quarter second go out together. */
export function createCountsTeller(deps: Pick<Deps, "db" | "log">, input: CountsTellerInput) {
  const { book, whenChecked } = input;
  const moved = new Set<string>();
  let timer: NodeJS.Timeout | null = null;

  async function tell(): Promise<void> {
    const postIds = [...moved].filter(book.isAbout);
    moved.clear();
    if (postIds.length === 0) return;
    const [counts] = await Promise.all([readPostCounts(deps, { postIds }), whenChecked()]);
    for (const [postId, now] of counts) for (const stream of book.of(postId)) tellCounts(stream, now);
  }

  function start(): void {
    if (timer !== null) return;
    tell().catch((error) => deps.log.warn({ err: error }, "counts could not be told to those who look on"));
    timer = setTimeout(() => {
      timer = null;
      if (moved.size > 0) start();
    }, everyMs).unref();
  }

  return (postId: string): void => {
    moved.add(postId);
    // What one message tells goes out together.
    setImmediate(start);
  };
}
