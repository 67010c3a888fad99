// A statement as text for people: still one SQL text, since all that is said about it stands in comments.
import type { CollectedStatement } from "./collect.ts";
import type { Description } from "./describe.ts";

/** The statement with its place, its parameters and, where there is one, its plan. */
export function printStatement({ name, file, line, text }: CollectedStatement, described: Description): string {
  const head = [`${name}  ${file}:${line}`, ...described.parameterTypes.map((type, index) => `$${index + 1} ${type}`)];
  const lines = [...head.map(comment), indentSql(text), ...described.plan.map(comment)];
  return lines.join("\n");
}

function comment(line: string): string {
  return `-- ${line}`;
}

/** All names, by room, with their places. */
export function printNames(statements: readonly CollectedStatement[]): string {
  const rooms = Map.groupBy(statements, ({ name }) => name.slice(0, name.indexOf(".")));
  const width = Math.max(...statements.map(({ name }) => name.length));
  return [...rooms]
    .map(([room, own]) => {
      const lines = own.map(({ name, file, line }) => `  ${name.padEnd(width)}  ${file}:${line}`);
      return [room, ...lines].join("\n");
    })
    .join("\n");
}

/** Indents each line by the parentheses that are open there. A text with a string of several lines stays as it is. */
export function indentSql(text: string): string {
  const quoted = /'(?:[^']|'')*'|"[^"]*"/g;
  if ([...text.matchAll(quoted)].some(([literal]) => literal.includes("\n"))) return text;
  let depth = 0;
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines
    .map((raw) => {
      const line = raw.trim();
      const marks = line.replace(quoted, "").match(/[()]/g) ?? [];
      const closing = /^\)*/.exec(line)?.[0].length ?? 0;
      const indented = "  ".repeat(Math.max(0, depth - closing)) + line;
      for (const mark of marks) depth += mark === "(" ? 1 : -1;
      return indented;
    })
    .join("\n");
}
