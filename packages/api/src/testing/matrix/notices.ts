// Runs what the worker would run to tell people of what happened so far, and leaves no fact behind.
import { statement } from "@pixora/db";
import type { Fact } from "@pixora/jobs";
import { notifyComments, notifyFollows, notifyLikes } from "../../notification/notification.notify.ts";
import type { Deps } from "../../platform/deps.ts";

const takeFacts = statement<Fact>("testing.takeFacts", `delete from outbox returning id, fact, payload`);

/** Makes the notifications of all likes, comments and new follows that wait in the outbox, and empties it. */
export async function tellNotifications(deps: Deps): Promise<void> {
  const facts = await deps.db.sql.many(takeFacts);
  await notifyLikes(deps, { facts: facts.filter((fact) => fact.fact === "like.created") });
  await notifyComments(deps, { facts: facts.filter((fact) => fact.fact === "comment.created") });
  await notifyFollows(deps, { facts: facts.filter((fact) => fact.fact === "follow.created") });
}
