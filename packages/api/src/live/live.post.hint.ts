// Tells the viewers of posts what facts say that no other job of `live` or `notification` tells them.
import type { FactOf } from "@pixora/jobs";
import { hintPosts, type PostHint } from "../log/log.hint.ts";
import { recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";

/** Hints edits and deletions of posts. The second time hints again, which harms nobody. */
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

// All of the payload: of a comment that the release before hands on here, its id.
function hintOf(fact: FactOf<"live.tellPosts">): PostHint {
  return { ...fact.payload, change: fact.fact };
}
