// `pnpm sql`: the names of all statements, by room. `pnpm sql <name> [--explain]`: one of them as it is glued, with the
// types of its parameters and its plan; what is printed is one SQL text. Changes nothing.
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { type CollectedStatement, collectStatements } from "./sql/collect.ts";
import { describeStatement } from "./sql/describe.ts";
import { printNames, printStatement } from "./sql/print.ts";
import { suggestNames } from "./sql/suggest.ts";

const usage = "usage: pnpm sql [<name> [--explain]]";

interface Order {
  name: string | undefined;
  isExplained: boolean;
}

/** Null where the words make no order. */
function readOrder(words: readonly string[]): Order | null {
  const names = words.filter((word) => word !== "--explain");
  const isExplained = names.length < words.length;
  const [name] = names;
  if (names.length > 1 || name?.startsWith("-") || (isExplained && name === undefined)) return null;
  return { name, isExplained };
}

async function show(statement: CollectedStatement, input: { url: string; isExplained: boolean }): Promise<void> {
  const client = new Client({ connectionString: input.url, application_name: "pixora-sql" });
  await client.connect();
  try {
    const described = await describeStatement(client, { text: statement.text, isExplained: input.isExplained });
    console.log(printStatement(statement, described));
    if (!input.isExplained) return;
    const { rows } = await client.query<{ isEmpty: boolean }>(`select not exists (select from users) as "isEmpty"`);
    if (rows[0]?.isEmpty)
      console.error("the database holds nobody: `npm run seed` loads the demo data, whose plans differ");
  } finally {
    await client.end();
  }
}

/** Answers the exit code. */
async function main(): Promise<number> {
  const order = readOrder(process.argv.slice(2));
  if (order === null) return fail(usage, 64);
  const { statements } = await collectStatements({ root: fileURLToPath(new URL("../", import.meta.url)) });
  if (order.name === undefined) {
    console.log(printNames(statements));
    return 0;
  }
  const found = statements.find(({ name }) => name === order.name);
  if (found === undefined) return fail(describeUnknown(statements, order.name), 1);
  const url = process.env.DATABASE_URL;
  if (url === undefined) return fail("DATABASE_URL is not set", 78);
  try {
    await show(found, { url, isExplained: order.isExplained });
    return 0;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), 1);
  }
}

function describeUnknown(statements: readonly CollectedStatement[], name: string): string {
  const meant = suggestNames(
    statements.map((statement) => statement.name),
    name,
  );
  const hint = meant.length === 0 ? "`npm run sql` lists all names" : `did you mean ${meant.join(", ")}?`;
  return `there is no statement ${name}: ${hint}`;
}

function fail(message: string, code: number): number {
  console.error(message);
  return code;
}

process.exitCode = await main();
