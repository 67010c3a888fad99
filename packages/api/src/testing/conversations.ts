// Conversations for tests: two who follow each other, and messages with a key each.
import { openConversation } from "../chat/chat.open.ts";
import { sendInput } from "../chat/chat.schema.ts";
import { sendMessage } from "../chat/chat.send.ts";
import type { Deps } from "../platform/process/deps.ts";
import { createPerson, type TestPerson } from "./people.ts";
import { follow } from "./relations.ts";

let sent = 0;

/** Sends a message: its text, or any other part of the input. Each has a key of its own unless one is given. */
export function sendAs(deps: Deps, person: TestPerson, conversationId: string, said: string | object) {
  sent += 1;
  const parts = typeof said === "string" ? { text: said } : said;
  const input = sendInput.parse({ conversationId, idempotencyKey: `message-${sent}`, ...parts });
  return sendMessage(deps, { actorId: person.id, sessionId: null, ...input });
}

/** Two people who follow each other, one of them given or new, and their conversation, in which nothing is said yet. */
export async function openPair(
  deps: Deps,
  given: { ann?: TestPerson } = {},
): Promise<{ ann: TestPerson; bob: TestPerson; id: string }> {
  const [ann, bob] = [given.ann ?? (await createPerson(deps)), await createPerson(deps)];
  await follow(deps, { followerId: bob.id, followeeId: ann.id });
  await follow(deps, { followerId: ann.id, followeeId: bob.id });
  const { id } = await openConversation(deps, { actorId: ann.id, userId: bob.id });
  return { ann, bob, id };
}
