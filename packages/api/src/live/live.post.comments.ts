// Tells the viewers of posts of comments: each comment is read once for all local viewers, as each of them may see it.
import type { CommentView } from "../comment/comment.schema.ts";
import { presentCommentsToMany } from "../comment/comment.view.ts";
import type { Deps } from "../platform/deps.ts";
import type { StreamBook } from "./live.book.ts";
import type { CommentHint } from "./live.hint.ts";
import { checkPostStreams, type PostStream } from "./live.post.check.ts";

/** Pairs of viewer and comment that one query looks at. */
const pairsPerRead = 1_000;

/** Takes hints in the order they came; what comes while one round is read goes into the next. */
export function createCommentTeller(deps: Pick<Deps, "db" | "log" | "storage">, book: StreamBook<PostStream>) {
  let waiting: CommentHint[] = [];
  let isTelling = false;

  async function tellRounds(): Promise<void> {
    isTelling = true;
    while (waiting.length > 0) {
      const hints = waiting;
      waiting = [];
      await tellRound(deps, book, hints).catch((error) =>
        deps.log.warn({ err: error }, "comments could not be told to those who look on"),
      );
    }
    isTelling = false;
  }

  return (hint: CommentHint): void => {
    waiting.push(hint);
    if (!isTelling) void tellRounds();
  };
}

async function tellRound(
  deps: Pick<Deps, "db" | "storage">,
  book: StreamBook<PostStream>,
  hints: readonly CommentHint[],
): Promise<void> {
  // A session that has ended hears of no comment, also where the hint of its end is late or lost.
  const postIds = new Set(hints.map((hint) => hint.postId));
  const streams = [...postIds].flatMap((postId) => book.of(postId)).filter((stream) => stream.sessionId !== null);
  const [views] = await Promise.all([
    presentRound(deps, book, hints),
    checkPostStreams(deps, { book, streams, isQuiet: true }),
  ]);
  for (const { postId, change, commentId } of hints) {
    for (const stream of book.of(postId)) {
      const comment = views.get(keyOf({ commentId, viewerId: stream.viewerId }));
      if (change === "comment.deleted") stream.mailbox.put({ type: change, commentId });
      else if (comment !== undefined) stream.mailbox.put({ type: change, comment });
    }
  }
}

interface Pair {
  commentId: string;
  viewerId: string | null;
}

function keyOf(pair: Pair): string {
  return `${pair.commentId}/${pair.viewerId}`;
}

async function presentRound(
  deps: Pick<Deps, "db" | "storage">,
  book: StreamBook<PostStream>,
  hints: readonly CommentHint[],
): Promise<Map<string, CommentView>> {
  const pairs = new Map<string, Pair>();
  for (const { postId, change, commentId } of hints) {
    if (change === "comment.deleted") continue;
    for (const { viewerId } of book.of(postId)) pairs.set(keyOf({ commentId, viewerId }), { commentId, viewerId });
  }
  const all = [...pairs.values()];
  const views = new Map<string, CommentView>();
  for (let start = 0; start < all.length; start += pairsPerRead) {
    const shown = await presentCommentsToMany(deps, { pairs: all.slice(start, start + pairsPerRead) });
    // One that was deleted meanwhile, and stays for its replies, has no text to tell.
    for (const { viewerId, view } of shown) {
      if (view.text !== null) views.set(keyOf({ commentId: view.id, viewerId }), view);
    }
  }
  return views;
}
