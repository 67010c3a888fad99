// Objects that hand-written SQL makes and the Prisma schema cannot express: marked in a migration by a line
//   -- unmanaged: <index|constraint|table|type|sequence> <name>     or     -- unmanaged: <column|default> <table>.<column>
// the diff that would drop them leaves them alone. Only drops are ever hidden, so a marker hides no missing object.

export interface MigrationSource {
  sql: string;
}

const marker = /^--[ \t]*unmanaged:[ \t]*(index|constraint|table|type|sequence|column|default)[ \t]+(\S+)[ \t]*$/gm;

/** The marked objects as `kind name`. */
export function readUnmanaged(migrations: readonly MigrationSource[]): Set<string> {
  const objects = new Set<string>();
  for (const { sql } of migrations) {
    for (const [, kind, name] of sql.matchAll(marker)) objects.add(`${kind} ${name}`);
  }
  return objects;
}

/** The script without the drops of unmanaged objects; "" when nothing is left to do. */
export function removeUnmanagedDrops(script: string, unmanaged: ReadonlySet<string>): string {
  const warnings = /^\/\*[\s\S]*?\*\/\n/.exec(script)?.[0] ?? "";
  // The engine writes one comment line, then its statements, then a blank line.
  const blocks = script.slice(warnings.length).split(/\n\n(?=-- )/);
  const kept = blocks.map((block) => filterBlock(block, unmanaged)).filter((block) => block !== "");
  return kept.length === 0 ? "" : filterWarnings(warnings, unmanaged) + kept.join("\n");
}

function filterWarnings(warnings: string, unmanaged: ReadonlySet<string>): string {
  const kept = warnings.split("\n").filter((line) => {
    const [, column, ofTable] = /drop the column `([^`]+)` on the `([^`]+)` table/.exec(line) ?? [];
    if (column !== undefined) return !unmanaged.has(`column ${ofTable}.${column}`);
    const [, table] = /drop the `([^`]+)` table/.exec(line) ?? [];
    return table === undefined || !unmanaged.has(`table ${table}`);
  });
  return kept.some((line) => line.startsWith("  - ")) ? kept.join("\n") : "";
}

function filterBlock(block: string, unmanaged: ReadonlySet<string>): string {
  const lines = block.split("\n");
  const firstStatement = lines.findIndex((line) => line !== "" && !line.startsWith("--"));
  if (firstStatement === -1) return "";
  const comment = lines.slice(0, firstStatement).join("\n");
  const statements = lines
    .slice(firstStatement)
    .join("\n")
    .split(/;\s*(?:\n|$)/)
    .filter((statement) => statement.trim() !== "")
    .flatMap((statement) => filterStatement(statement, unmanaged));
  if (statements.length === 0) return "";
  return `${comment}\n${statements.map((statement) => `${statement};\n`).join("")}`;
}

const droppedObject = /^DROP (INDEX|TABLE|TYPE|SEQUENCE) (?:"[^"]+"\.)?"([^"]+)"$/;
const alteredTable = /^ALTER TABLE (?:"[^"]+"\.)?"([^"]+)" ([\s\S]+)$/;

function filterStatement(statement: string, unmanaged: ReadonlySet<string>): string[] {
  const [, kind = "", name = ""] = droppedObject.exec(statement.trim()) ?? [];
  if (kind !== "") {
    // A unique constraint is an index to the engine.
    const isUnmanaged =
      unmanaged.has(`${kind.toLowerCase()} ${name}`) || (kind === "INDEX" && unmanaged.has(`constraint ${name}`));
    return isUnmanaged ? [] : [statement];
  }
  const [, table = "", clauses = ""] = alteredTable.exec(statement) ?? [];
  if (table === "") return [statement];
  const all = clauses.split(",\n");
  const kept = all.filter((clause) => !isUnmanagedClause(table, clause, unmanaged));
  if (kept.length === all.length) return [statement];
  return kept.length === 0 ? [] : [`ALTER TABLE "${table}" ${kept.join(",\n")}`];
}

function isUnmanagedClause(table: string, clause: string, unmanaged: ReadonlySet<string>): boolean {
  const [, kind = "", name = ""] = /^DROP (CONSTRAINT|COLUMN) "([^"]+)"$/.exec(clause.trim()) ?? [];
  if (kind === "CONSTRAINT") return unmanaged.has(`constraint ${name}`);
  if (kind === "COLUMN") return unmanaged.has(`column ${table}.${name}`);
  const [, column = ""] = /^ALTER COLUMN "([^"]+)" DROP DEFAULT$/.exec(clause.trim()) ?? [];
  return column !== "" && unmanaged.has(`default ${table}.${column}`);
}
