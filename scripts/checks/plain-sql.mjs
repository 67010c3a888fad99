// Fails when a statement says no more than Prisma could and plain-sql.kept.mjs gives no reason for it, when that list
// names one that is gone, and when statements are made where they cannot be listed, so that the check cannot see them.
import { fileURLToPath } from "node:url";
import { collectStatements } from "../sql/collect.ts";
import { isPlain } from "../sql/plain.ts";
import { keptPlainSql } from "./plain-sql.kept.mjs";

const MIN_STATEMENTS = 100;

/** Gives { problems: string[], plainCount } for a collection and a list of reasons by name. */
export function checkPlainSql({ statements, unheard }, kept) {
  const plain = statements.filter(({ text }) => isPlain(text));
  const plainNames = new Set(plain.map(({ name }) => name));
  const problems = [
    ...unheard.map(
      ({ file, line, callee }) =>
        `${file}:${line} calls ${callee} where loading the file does not: make the statement at the top of the file`,
    ),
    ...plain
      .filter(({ name }) => !Object.hasOwn(kept, name))
      .map(({ name, file, line }) => `${file}:${line} ${name}: say it with Prisma, or list it with a reason`),
    ...Object.keys(kept)
      .filter((name) => !plainNames.has(name))
      .map((name) => `${name} is listed, and is no plain statement (any more): take it off the list`),
    ...Object.entries(kept)
      .filter(([, reason]) => typeof reason !== "string" || reason.trim() === "")
      .map(([name]) => `${name} is listed without a reason`),
  ];
  return { problems, plainCount: plain.length };
}

async function main() {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const collection = await collectStatements({ root });
  const { statements } = collection;
  if (statements.length < MIN_STATEMENTS) throw new Error(`The check saw only ${statements.length} statements.`);
  const { problems, plainCount } = checkPlainSql(collection, keptPlainSql);
  for (const problem of problems) process.stdout.write(`  ${problem}\n`);
  process.stdout.write(
    `plain sql: ${statements.length} statements, ${plainCount} plain ones kept, ${problems.length} problems\n`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
