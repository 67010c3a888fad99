// Long deletions in short statements, so that none holds locks, or a worker, for long.
import type { Sql, Statement } from "@pixora/db";

/**
 * Runs a statement that takes a bounded number of rows, again and again, until it finds fewer than `batch`: 1, where left
 * out, ends at the first that finds none. Cut off in between, it leaves the rest to the next call; what is done it does
 * not do again.
 */
export async function runInBatches(
  sql: Pick<Sql, "run">,
  input: { statement: Statement<unknown>; values?: readonly unknown[]; batch?: number },
): Promise<void> {
  const { statement, values = [], batch = 1 } = input;
  while ((await sql.run(statement, values)) >= batch);
}
