// Retried creates make one thing: the key is stored in the transaction of what it made, and kept for 24 hours.

import { createHash } from "node:crypto";
import { statement, type Tx } from "@pixora/db";
import { runInBatches } from "../flow/run-in-batches.ts";
import type { Deps } from "../process/deps.ts";
import { AppError } from "./errors.ts";

const keptForHours = 24;

interface KeyScope {
  userId: string;
  /** The wire name, as in "post.create". */
  procedure: string;
}

// A rival that holds the same key is waited for here: its row appears, or goes with its transaction.
const claimStatement = statement<never>(
  "idempotency.claimKey",
  `insert into idempotency_keys (user_id, procedure, key, input_hash, result_id) values ($1, $2, $3, $4, 0)
   on conflict (user_id, procedure, key) do update set input_hash = excluded.input_hash, result_id = 0,
     created_at = excluded.created_at
   where idempotency_keys.created_at < clock_timestamp() - interval '${keptForHours} hours'`,
);

const readStatement = statement<{ inputHash: string; resultId: string }>(
  "idempotency.readKey",
  `select input_hash as "inputHash", result_id as "resultId" from idempotency_keys
   where user_id = $1 and procedure = $2 and key = $3`,
);

const rememberStatement = statement<never>(
  "idempotency.rememberResult",
  `update idempotency_keys set result_id = $4 where user_id = $1 and procedure = $2 and key = $3`,
);

/**
 * Runs `make` unless the same call was made before; then answers the id of the first thing, and `isNew: false`.
 * Without a key `make` always runs. Call it before any other lock of the transaction: a concurrent second call waits
 * here until the first has ended. A call that fails leaves nothing, so it may be tried again.
 * Throws idempotency.reused where the key was used with another `input`.
 */
export async function onceByKey(
  tx: Tx,
  call: KeyScope & { key: string | undefined; input: unknown; make: () => Promise<string> },
): Promise<{ id: string; isNew: boolean }> {
  if (call.key === undefined) return { id: await call.make(), isNew: true };
  const scope = [call.userId, call.procedure, call.key];
  const inputHash = hashInput(call.input);
  if ((await tx.run(claimStatement, [...scope, inputHash])) === 1) {
    const id = await call.make();
    await tx.run(rememberStatement, [...scope, id]);
    return { id, isNew: true };
  }
  const first = await tx.one(readStatement, scope);
  if (first.inputHash !== inputHash) throw new AppError("idempotency.reused");
  return { id: first.resultId, isNew: false };
}

function hashInput(input: unknown): string {
  return createHash("sha256").update(canonicalJson(input)).digest("base64url");
}

// The same input hashes alike in whatever order its keys were sent; absent and undefined are one.
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

const deleteOldStatement = statement<never>(
  "idempotency.deleteOldKeys",
  `delete from idempotency_keys where ctid = any(array(
     select ctid from idempotency_keys where created_at < clock_timestamp() - interval '${keptForHours} hours'
     limit 5000 for update skip locked))`,
);

/** Deletes keys older than 24 hours, in bounded statements, until none is left. */
export async function deleteOldIdempotencyKeys(deps: Pick<Deps, "db">): Promise<void> {
  await runInBatches(deps.db.sql, { statement: deleteOldStatement });
}

/** Deletes the keys of a person: at most a day's worth. May be run again. */
export async function purgeIdempotencyKeysOfUser(deps: Pick<Deps, "db">, input: { userId: string }): Promise<void> {
  await deps.db.prisma.idempotencyKey.deleteMany({ where: { userId: BigInt(input.userId) } });
}
