// Tells the viewers of posts the counts: at once, and then at most four times a second, whatever happens.
import type { Deps } from "../platform/deps.ts";
import type { StreamBook } from "./live.book.ts";
import { type PostStream, tellCounts } from "./live.post.check.ts";
import { readPostCounts } from "./live.post.read.ts";

const everyMs = 250;

/** The first change goes out at once; those of the next quarter second go out together. */
export function createCountsTeller(deps: Pick<Deps, "db" | "log">, book: StreamBook<PostStream>) {
  const moved = new Set<string>();
  let timer: NodeJS.Timeout | null = null;

  async function tell(): Promise<void> {
    const postIds = [...moved].filter(book.isAbout);
    moved.clear();
    if (postIds.length === 0) return;
    const counts = await readPostCounts(deps, { postIds });
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
