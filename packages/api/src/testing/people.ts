// People and their sessions for tests, in the shape that sign-up and sign-in leave behind; their suspension and end.
import { statement } from "@pixora/db";
import { endAccount } from "../account/account.deletion.ts";
import { commitFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { insertNamesSql, valuesOfNames } from "../user/user.names.ts";
import { setSuspended } from "../user/user.service.ts";

export interface TestPerson {
  id: string;
  handle: string;
}

const insertPerson = statement<{ id: string }>(
  "testing.insertPerson",
  `with person as (
     insert into users (handle, display_name, named_as, is_private, role) values ($1, $2, $2, $3, $4) returning id
   ), secret as (
     insert into credentials (user_id, email, email_verified_at, password_hash)
     select id, $1 || '@test.example', now(), 'no password' from person
   ), counts as (
     insert into user_counts (user_id) select id from person
   ), names as (
     ${insertNamesSql({ from: "person", userId: "person.id", parts: "$5::text[]", spellings: "$6::text[]" })}
   ), head as (
     insert into author_heads (author_id) select id from person
   ), live as (
     insert into live_heads (user_id) select id from person
   )
   select id from person`,
);

let serial = 0;

/** A person with all the rows that sign-up makes. Signs in through nothing: tests that need a token sign up. */
export async function createPerson(
  deps: Deps,
  input: { handle?: string; displayName?: string; isPrivate?: boolean; role?: string } = {},
): Promise<TestPerson> {
  serial += 1;
  const handle = input.handle ?? `person${serial}`;
  const { displayName = handle, isPrivate = false, role = "user" } = input;
  const values = [handle, displayName, isPrivate, role, ...valuesOfNames({ handle, displayName })];
  const row = await deps.db.sql.one(insertPerson, values);
  return { id: row.id, handle };
}

const insertSession = statement<{ id: string }>(
  "testing.insertSession",
  `insert into sessions (user_id, salt, device_name, ip_hint, expires_at)
   values ($1, '\\x00', 'test', '', now() + interval '1 day') returning id`,
);

/** A live session of a person, without tokens: for streams, which outlive the call that opened them. */
export async function createSession(deps: Deps, input: { userId: string }): Promise<{ id: string }> {
  return deps.db.sql.one(insertSession, [input.userId]);
}

const endSessionStatement = statement<never>(
  "testing.endSession",
  "update sessions set revoked_at = now() where id = $1",
);

/** Ends a session as a sign-out does, without the hint that others get of it: as if that were lost. */
export async function endSession(deps: Deps, input: { sessionId: string }): Promise<void> {
  await deps.db.sql.run(endSessionStatement, [input.sessionId]);
}

/** Suspends a person, whoever may do that. Open streams get no hint of it. */
export async function suspend(deps: Deps, input: { userId: string }): Promise<void> {
  await commitFacts(deps, (tx) => setSuspended(tx, { ...input, isSuspended: true }));
}

/** Ends a suspension. */
export async function unsuspend(deps: Deps, input: { userId: string }): Promise<void> {
  await commitFacts(deps, (tx) => setSuspended(tx, { ...input, isSuspended: false }));
}

/** Takes a person out of everyone's sight, as the first moment of an account's end does; no job has run. */
export async function markPersonDeleted(deps: Deps, input: { userId: string }): Promise<void> {
  await commitFacts(deps, (tx) => endAccount(deps, { tx, ...input }));
}
