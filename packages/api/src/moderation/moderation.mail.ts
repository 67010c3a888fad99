// Mails that tell people what was decided about them. Promises: only to an address that its owner has verified; a
// moderator's words stand in quotation marks and link nowhere. A crash in between sends one twice.
import { statement } from "@pixora/db";
import type { FactOf } from "@pixora/jobs";
import type { DecisionAction, DecisionView } from "../decision/decision.schema.ts";
import { presentDecisions } from "../decision/decision.view.ts";
import { recordDone } from "../platform/outbox.ts";
import { webUrlOf } from "../platform/process/config.ts";
import type { Deps } from "../platform/process/deps.ts";
import { unlinked } from "../platform/text/unlinked.ts";

type StatementFact = FactOf<"moderation.sendStatements">;

const selectAddresses = statement<{ userId: string; email: string }>(
  "moderation.selectAddresses",
  `select user_id as "userId", email from credentials
   where user_id = any($1::bigint[]) and email_verified_at is not null`,
);

/** Sends these statements; whoever is gone or has no verified address gets none. Rejects where the provider does. */
export async function sendStatements(deps: Deps, input: { facts: readonly StatementFact[] }): Promise<void> {
  const { facts } = input;
  const [addresses, decisions] = await Promise.all([
    deps.db.sql.many(selectAddresses, [facts.map(({ payload }) => payload.userId)]),
    presentDecisions(deps, { ids: facts.map(({ payload }) => payload.decisionId) }),
  ]);
  const addressOf = new Map(addresses.map(({ userId, email }) => [userId, email]));
  const decisionOf = new Map(decisions.map((decision) => [decision.id, decision]));
  const results = await Promise.allSettled(
    facts.map(async (fact) => {
      const to = addressOf.get(fact.payload.userId);
      const decision = decisionOf.get(fact.payload.decisionId);
      if (to !== undefined && decision !== undefined) await send(deps, { to, decision, fact });
      await deps.db.inTransaction(async (tx) =>
        recordDone(tx, { job: "moderation.sendStatements", factIds: [fact.id] }),
      );
    }),
  );
  const failure = results.find((result) => result.status === "rejected");
  if (failure !== undefined) throw failure.reason;
}

async function send(deps: Deps, input: { to: string; decision: DecisionView; fact: StatementFact }): Promise<void> {
  const { to, decision, fact } = input;
  const { subject, text } = writeStatement(decision, {
    isAppeal: fact.payload.isAppeal,
    webUrl: webUrlOf(deps.config),
  });
  try {
    await deps.mailer.send({ to, subject, text });
  } catch (error) {
    // Named anew, without its cause: a provider that refuses connections must not pass for a database that is away.
    throw new Error(`the mail provider failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const happened: Record<DecisionAction, string> = {
  dismiss: "A report about you was dismissed.",
  warn: "You have been warned.",
  markSensitive: "A post of yours was marked as sensitive.",
  limitDiscovery: "Moderators keep you, or a post of yours, out of what people discover.",
  remove: "A post, comment or message of yours was removed. You still see it; nobody else does.",
  suspend: "Your account is suspended.",
};

/** The words of a statement, in plain ASCII but for the moderator's own. */
export function writeStatement(
  decision: DecisionView,
  about: { isAppeal: boolean; webUrl: string },
): { subject: string; text: string } {
  const lines = about.isAppeal ? answerOf(decision) : statementOf(decision);
  const subject = about.isAppeal ? "Your appeal was answered" : "A decision of the Pixora moderators";
  return { subject, text: `${[...lines, about.webUrl].join("\n\n")}\n` };
}

function quoted(label: string, words: string): string[] {
  return words === "" ? [] : [`${label}: "${unlinked(words)}"`];
}

function statementOf(decision: DecisionView): string[] {
  if (decision.reversedAt !== null) {
    return ["A decision about you was taken back, and what it did with it:", happened[decision.action]];
  }
  const { canAppealUntil, until } = decision;
  return [
    happened[decision.action],
    ...quoted("Rule", decision.rule),
    ...quoted("The moderators say", decision.text),
    ...(until === null ? [] : [`It ends on ${until.slice(0, 10)}.`]),
    ...(canAppealUntil === null ? [] : [`You can appeal once, in the app, until ${canAppealUntil.slice(0, 10)}.`]),
  ];
}

function answerOf(decision: DecisionView): string[] {
  const isOverturned = decision.appeal?.state === "overturned";
  return [
    isOverturned
      ? "You were right: the decision was taken back."
      : "Another moderator has looked: the decision stands.",
    ...quoted("The moderators say", decision.appeal?.reply ?? ""),
  ];
}
