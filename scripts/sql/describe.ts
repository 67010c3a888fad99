// Asks PostgreSQL about a statement without running it: the types of its parameters and its plan.
import type { Client } from "pg";

export interface Description {
  /** As PostgreSQL infers them: of $1, $2, … */
  parameterTypes: string[];
  /** The plan for values that are not known, line by line; empty where it was not asked for. */
  plan: string[];
}

/** Prepares a statement, and plans it where `isExplained`; changes nothing. Throws what PostgreSQL says of a wrong text. */
export async function describeStatement(
  client: Client,
  input: { text: string; isExplained: boolean },
): Promise<Description> {
  await client.query(`prepare described as ${input.text}`);
  try {
    const { rows } = await client.query<{ types: string[] }>(
      "select parameter_types::text[] as types from pg_prepared_statements where name = 'described'",
    );
    const parameterTypes = rows[0]?.types ?? [];
    return { parameterTypes, plan: input.isExplained ? await explain(client, parameterTypes.length) : [] };
  } finally {
    await client.query("deallocate described");
  }
}

// Not `explain (generic_plan)`, which PostgreSQL 15 does not know: this gives the same plan.
async function explain(client: Client, parameterCount: number): Promise<string[]> {
  const nulls = parameterCount === 0 ? "" : `(${Array(parameterCount).fill("null").join(", ")})`;
  await client.query("set plan_cache_mode = force_generic_plan");
  const { rows } = await client.query<{ "QUERY PLAN": string }>(`explain execute described${nulls}`);
  return rows.map((row) => row["QUERY PLAN"]);
}
