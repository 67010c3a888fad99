// What a new password, "sign out everywhere", a reset, a change of e-mail, a suspension and a deletion each end: one table,
// and the one function that does what it says. Promise: whoever held the account by any of these holds it no longer.
import { statement, type Tx } from "@pixora/db";
import { ok } from "../platform/call/wire.ts";
import { limiterOf } from "../platform/limit/limiter.ts";
import type { Deps } from "../platform/process/deps.ts";
import { announceEnded, type EndedSessions, endSessions } from "../session/session.service.ts";
import { moveUserCounts } from "../user/user.counter.ts";
import { dropMailTokens, dropNotices, type MailKind } from "./auth.mail.token.ts";

/** Everything by which somebody can hold an account, or get to hold it. */
export const holds = [
  "session",
  // These two live exactly as long as their session.
  "pushSubscription",
  "stream",
  "knownDevice",
  "archive",
  "waitingEmail",
  "emailVerification",
  "emailChange",
  "passwordReset",
  "notice",
] as const;
export type Hold = (typeof holds)[number];

/**
 * "others": all but those of the session that calls; "refused": as long as the account is; "mailbox": those to the address
 * that the account has now; "stays" has its reason beside it.
 */
type Extent = "all" | "others" | "refused" | "mailbox" | "stays";

const bySession: Record<"session" | "pushSubscription" | "stream", Extent> = {
  session: "others",
  pushSubscription: "others",
  stream: "others",
};
const everySession = { session: "all", pushSubscription: "all", stream: "all" } as const;
const refused = { session: "refused", pushSubscription: "refused", stream: "refused" } as const;
const noSession = { session: "stays", pushSubscription: "stays", stream: "stays" } as const;
const everythingElse = {
  knownDevice: "all",
  archive: "all",
  waitingEmail: "all",
  emailVerification: "all",
  emailChange: "all",
  passwordReset: "all",
  // Whoever has taken an account must not be able to end what takes it back.
  notice: "stays",
} as const;

/**
 * The table. A sign-up that waits for its address belongs to no account; a deletion takes those at the address along.
 * Links that unsubscribe open nothing and stay.
 */
export const endings = {
  passwordChanged: { ...bySession, ...everythingElse },
  signedOutEverywhere: { ...bySession, ...everythingElse },
  passwordReset: { ...everySession, ...everythingElse, notice: "mailbox" },
  // By the link of a notice: nobody else's links are left, wherever they were mailed to.
  disowned: { ...everySession, ...everythingElse, notice: "all" },
  // By the link of a verification, with a new password: until then the account may have been somebody else's.
  claimed: { ...everySession, ...everythingElse },
  // Whoever asks knew the password. Links to the present address stay: it is the account's until the new one is verified.
  emailAsked: { ...bySession, ...everythingElse, emailVerification: "stays", passwordReset: "stays" },
  // What asking for it left is the asker's, and what was opened since took the password.
  emailChanged: { ...noSession, ...everythingElse },
  // Its sessions hear that the account is suspended while it is; they end when that is lifted.
  suspended: { ...refused, ...everythingElse },
  unsuspended: { ...everySession, ...everythingElse },
  deleted: { ...everySession, ...everythingElse, notice: "all" },
} as const satisfies Record<string, Record<Hold, Extent>>;
export type Ending = keyof typeof endings;

const linkKinds = ["emailVerification", "emailChange", "passwordReset"] as const satisfies readonly (MailKind & Hold)[];

// Archives and known devices of before count no more by this time alone: no lock of a job that makes one is waited for.
const endHolds = statement<{ email: string; handle: string }>(
  "auth.endHolds",
  `update credentials c set held_since = $2, pending_email = case when $3 then null else c.pending_email end
   from users u where c.user_id = $1 and u.id = c.user_id
   returning c.email, u.handle`,
);

/** What has ended and is still to be told: `announceEnding` after commit. */
export interface Ended {
  sessions: EndedSessions;
  logins: readonly string[];
}

/**
 * Ends what the table says, in the caller's transaction, which has not touched the person's credentials or links before;
 * `exceptId` is the session that calls, null for none. The second time ends nothing more.
 */
export async function endHeld(
  tx: Tx,
  input: { ending: Ending; userId: string; exceptId: string | null; now: Date },
): Promise<Ended> {
  const { ending, userId, exceptId, now } = input;
  const row: Record<Hold, Extent> = endings[ending];
  // First of all: it is the lock of the person, and who they are to themselves may change with their waiting address.
  await moveUserCounts(tx, { userId });
  const person = await tx.maybe(endHolds, [userId, now, row.waitingEmail === "all"]);
  const kinds = linkKinds.filter((kind) => row[kind] === "all");
  await dropMailTokens(tx, { userId, email: person?.email ?? null, kinds });
  if (row.notice !== "stays")
    await dropNotices(tx, { userId, email: row.notice === "all" ? null : (person?.email ?? null) });
  const sessions =
    row.session === "all" || row.session === "others"
      ? await endSessions(tx, { userId, exceptId: row.session === "others" ? exceptId : null, now })
      : { userId, sessionIds: [] };
  return { sessions, logins: person === null ? [] : [person.handle, person.email] };
}

/** Tells every process what has ended. Call it after commit; what is lost here only ends later, or not the reserve. */
export async function announceEnding(deps: Pick<Deps, "pubsub" | "config" | "redis">, ended: Ended): Promise<void> {
  announceEnded(deps, ended.sessions);
  await limiterOf(deps).forgetDevices(ended.logins);
}

/**
 * Ends all of the person's sessions, and whatever else would let somebody in; `exceptCurrent` keeps the session that
 * calls. The second time ends none.
 */
export async function signOutEverywhere(
  deps: Deps,
  input: { actorId: string; sessionId: string; exceptCurrent?: boolean | undefined },
): Promise<typeof ok> {
  const { actorId: userId, sessionId, exceptCurrent } = input;
  const exceptId = exceptCurrent === true ? sessionId : null;
  const now = deps.clock.now();
  const ended = await deps.db.inTransaction((tx) =>
    endHeld(tx, { ending: "signedOutEverywhere", userId, exceptId, now }),
  );
  await announceEnding(deps, ended);
  return ok;
}
