// The conversation of two people. Promises: a pair has one, whoever opens it first and however often; whoever cannot be
// written to is refused alike, whatever the reason.
import { type Statement, statement, type Tx } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import { invalidInput } from "../platform/call/failure.ts";
import type { Deps } from "../platform/process/deps.ts";
import { takesFirstMessage } from "./chat.rule.ts";
import type { ConversationView } from "./chat.schema.ts";
import { requireGrownAccount } from "./chat.trust.ts";
import { presentConversation } from "./chat.view.ts";

const selectDirect: Statement<{ id: string }> = statement(
  "chat.lockDirect",
  `select id from conversations where low_id = least($1::bigint, $2::bigint) and high_id = greatest($1::bigint, $2::bigint)
   for no key update`,
);

const selectIsReachable: Statement<{ isReachable: boolean }> = statement(
  "chat.checkIsReachable",
  `select ${takesFirstMessage({ person: "person", sender: "$1::bigint" })} as "isReachable"
   from users person where person.id = $2`,
);

const insertDirect: Statement<{ id: string }> = statement(
  "chat.insertDirect",
  `insert into conversations (kind, low_id, high_id)
   values ('direct', least($1::bigint, $2::bigint), greatest($1::bigint, $2::bigint))
   on conflict (low_id, high_id) do nothing returning id`,
);

const insertPair: Statement<never> = statement(
  "chat.insertPair",
  `insert into conversation_members (conversation_id, user_id, peer_id, state, was_accepted, accepted_at, invited_by)
   values ($1, $2, $3, 'accepted', true, clock_timestamp(), $2), ($1, $3, $2, 'request', false, null, $2)`,
);

// Back after leaving it, or at the same time as the other, who has not written yet: both want to write.
const reenter: Statement<never> = statement(
  "chat.reenterDirect",
  `update conversation_members me set state = 'accepted', was_accepted = true, accepted_at = clock_timestamp()
   where me.conversation_id = $1 and me.user_id = $2
     and (me.state = 'left' or (me.state = 'request' and me.last_message_id = 0))`,
);

/**
 * Opens the conversation of the actor with a person, and makes it where there is none; the other hears of it with the
 * first message. The second time changes nothing. Throws input.invalid for oneself, chat.unreachable, and
 * chat.answerOnly for an account that may only answer.
 */
export async function openConversation(
  deps: Pick<Deps, "db" | "storage" | "config" | "clock">,
  input: { actorId: string; userId: string },
): Promise<ConversationView> {
  const { actorId, userId } = input;
  if (actorId === userId) throw invalidInput({ userId: ["This is yourself"] });
  const conversationId = await deps.db.inTransaction(async (tx) => {
    const known = await tx.maybe(selectDirect, [actorId, userId]);
    return known === null ? makeDirect(deps, { tx, actorId, userId }) : enterDirect(tx, { id: known.id, actorId });
  });
  return presentConversation(deps, { viewerId: actorId, conversationId }).catch((error: unknown) => {
    // There is one, and it is hidden: by a block or a suspension.
    if (error instanceof AppError && error.code === "chat.notFound") throw new AppError("chat.unreachable");
    throw error;
  });
}

async function enterDirect(tx: Tx, { id, actorId }: { id: string; actorId: string }): Promise<string> {
  await tx.run(reenter, [id, actorId]);
  return id;
}

async function makeDirect(
  deps: Pick<Deps, "config" | "clock">,
  { tx, actorId, userId }: { tx: Tx; actorId: string; userId: string },
): Promise<string> {
  await requireGrownAccount(deps, { tx, userId: actorId });
  const reach = await tx.maybe(selectIsReachable, [actorId, userId]);
  if (reach?.isReachable !== true) throw new AppError("chat.unreachable");
  const made = await tx.maybe(insertDirect, [actorId, userId]);
  if (made !== null) {
    await tx.run(insertPair, [made.id, actorId, userId]);
    return made.id;
  }
  // A rival made it in this very moment, and has committed.
  const { id } = await tx.one(selectDirect, [actorId, userId]);
  return enterDirect(tx, { id, actorId });
}
