// Tells the viewers of posts what facts say that no other job of `live` or `notification` tells them.
import type { FactOf } from "@pixora/jobs";
import { hintPosts, type PostHint } from "../log/log.hint.ts";
import { recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";

/** Hints edits, deletions and removals. The second time hints again, which harms nobody. */
export async function tellPosts(
  deps: Pick<Deps, "db" | "pubsub">,
  input: { facts: readonly FactOf<"live.tellPosts">[] },
): Promise<void> {
  const { facts } = input;
  hintPosts(deps, { hints: facts.map(hintOf) });
  await deps.db.inTransaction(async (tx) =>
    recordDone(tx, { job: "live.tellPosts", factIds: facts.map((fact) => fact.id) }),
  );
}

// What those who look on live through, whoever caused it. Of a post they hear no more than that it is to be looked at.
function hintOf({ fact, payload }: FactOf<"live.tellPosts">): PostHint {
  const { postId } = payload;
  switch (fact) {
    case "comment.removed":
      return { postId, change: "comment.deleted", commentId: payload.commentId };
    case "comment.restored":
      return { postId, change: "comment.created", commentId: payload.commentId };
    case "post.deleted":
      return { postId, change: fact };
    default:
      return { postId, change: "post.updated" };
  }
}
