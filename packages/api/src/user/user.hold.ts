// Handles that nobody may take for now: those of deleted accounts, and those of sign-ups that wait for their e-mail.
// Promise: they are kept as a keyed hash, so that the table names nobody.
import { type Sql, statement, type Tx } from "@pixora/db";
import { deleteExpired, deleteExpiredStatement } from "../platform/flow/delete-expired.ts";
import type { Deps } from "../platform/process/deps.ts";
import { macsFor } from "../platform/secret/key.ts";

/** How long the handle of a deleted account stays reserved. */
export const deletedHandleLifeMs = 30 * 24 * 60 * 60_000;

/** The hashes of a canonical handle, today's first; the others are what earlier secrets left behind. */
export function hashHandle(deps: Pick<Deps, "config">, handle: string): Buffer[] {
  return macsFor(deps, { purpose: "handle.v1", parts: [handle] });
}

const selectHeld = statement<{ isHeld: boolean }>(
  "user.selectHeldHandle",
  `select exists (select from reserved_handles where hash = any ($1::bytea[]) and expires_at > $2) as "isHeld"`,
);

/** Whether a handle, by its hashes, is held at this time. */
export async function isHandleHeld(sql: Sql, input: { hashes: readonly Buffer[]; now: Date }): Promise<boolean> {
  return (await sql.one(selectHeld, [input.hashes, input.now])).isHeld;
}

const insertHold = statement<never>(
  "user.holdHandle",
  `insert into reserved_handles (hash, expires_at) values ($1, $3)
   on conflict (hash) do update set expires_at = excluded.expires_at where reserved_handles.expires_at <= $2`,
);

const selectOwned = statement<{ isOwned: boolean }>(
  "user.selectOwnedHandle",
  `select exists (select from users where handle = $1) as "isOwned"`,
);

/**
 * Holds a canonical handle until `expiresAt`. False where it is somebody's or held already: so it is the second time.
 * A rival for it waits.
 */
export async function holdHandle(
  tx: Tx,
  input: { handle: string; hashes: readonly Buffer[]; now: Date; expiresAt: Date },
): Promise<boolean> {
  if (await isHandleHeld(tx, input)) return false;
  if ((await tx.run(insertHold, [input.hashes[0], input.now, input.expiresAt])) === 0) return false;
  // A later statement than the hold, which may have waited for the one who held it to become its owner.
  return !(await tx.one(selectOwned, [input.handle])).isOwned;
}

const extendHold = statement<never>(
  "user.reserveHandle",
  `insert into reserved_handles (hash, expires_at) values ($1, $2)
   on conflict (hash) do update set expires_at = greatest(reserved_handles.expires_at, excluded.expires_at)`,
);

/** Keeps a handle from everyone until `expiresAt`, whoever has it now. The second time changes nothing. */
export async function reserveHandle(tx: Tx, input: { hashes: readonly Buffer[]; expiresAt: Date }): Promise<void> {
  await tx.run(extendHold, [input.hashes[0], input.expiresAt]);
}

const deleteHold = statement<never>(
  "user.releaseHandle",
  `delete from reserved_handles where hash = any ($1::bytea[])`,
);

/** Lets go of a handle: for the one who held it and takes it now. The second time changes nothing. */
export async function releaseHandle(tx: Tx, input: { hashes: readonly Buffer[] }): Promise<void> {
  await tx.run(deleteHold, [input.hashes]);
}

const deleteExpiredHoldsStatement = deleteExpiredStatement("user.deleteExpiredHolds", {
  table: "reserved_handles",
  key: "hash",
});

/** Deletes holds that have expired, in bounded steps. The second time finds nothing. */
export function deleteExpiredHolds(sql: Pick<Sql, "run">, input: { now: Date }): Promise<void> {
  return deleteExpired(sql, { statement: deleteExpiredHoldsStatement, now: input.now });
}
