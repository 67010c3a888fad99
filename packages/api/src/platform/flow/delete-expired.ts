// Deletes rows whose `expires_at` has passed, for the room that owns their table. What has expired is refused by whoever
// reads it, deleted or not; here it only stops taking room.
import { type Sql, type Statement, statement } from "@pixora/db";
import { runInBatches } from "./run-in-batches.ts";

const batch = 2_000;

/** A statement that deletes the oldest of what has expired; `key` is the table's primary key. */
export function deleteExpiredStatement(name: string, input: { table: string; key: string }): Statement<never> {
  const { table, key } = input;
  return statement(
    name,
    `delete from ${table} where ${key} in (
       select ${key} from ${table} where expires_at <= $1 order by expires_at limit $2)`,
  );
}

/** Runs it in bounded steps. The second time finds nothing. */
export function deleteExpired(sql: Pick<Sql, "run">, input: { statement: Statement<never>; now: Date }): Promise<void> {
  return runInBatches(sql, { statement: input.statement, values: [input.now, batch], batch });
}
