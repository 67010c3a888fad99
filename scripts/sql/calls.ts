// Finds the calls of named functions in a TypeScript source, at the places that V8 names in a stack.
import { parseSync } from "@swc/core";

export interface CallSite {
  file: string;
  line: number;
  column: number;
  /** The function that is called. */
  callee: string;
}

export interface SourceFile {
  /** Below the root, with slashes. */
  file: string;
  source: string;
}

type Node = Record<string, unknown>;

/**
 * The calls of functions of these names, be it plain or as a member (`db.statement(…)`). An import under another name
 * counts as a call too: what it is called by then is not looked for.
 */
export function findCalls({ file, source }: SourceFile, names: ReadonlySet<string>): CallSite[] {
  if (![...names].some((name) => source.includes(name))) return [];
  // The spans of swc count bytes from where it stopped in the last file: a token of our own marks the beginning.
  const bytes = Buffer.from(`;${source}`);
  const { body } = parseSync(bytes.toString(), { syntax: "typescript", target: "es2022", tsx: file.endsWith("x") });
  const base = body[0]?.span.start ?? 0;
  const sites: CallSite[] = [];
  walk(body, (node) => {
    const named = calleeOf(node) ?? renamedImportOf(node);
    if (named === null || !names.has(named.name)) return;
    const before = bytes.toString("utf8", 1, named.start - base);
    const lineStart = before.lastIndexOf("\n") + 1;
    const line = before.split("\n").length;
    sites.push({ file, line, column: before.length - lineStart + 1, callee: named.name });
  });
  return sites;
}

/** Whether a source can call a function that `definedIn` defines: it imports the name, or is that file. */
export function knowsFunction({ file, source }: SourceFile, fn: { name: string; definedIn: string }): boolean {
  if (file === fn.definedIn) return true;
  return new RegExp(String.raw`import\b[^;]*\b${fn.name}\b[^;]*\bfrom\b|import \* as`).test(source);
}

interface Named {
  name: string;
  start: number;
}

function calleeOf(node: Node): Named | null {
  if (node.type !== "CallExpression") return null;
  const callee = node.callee as Node;
  return identifierOf(callee.type === "MemberExpression" ? (callee.property as Node) : callee);
}

function renamedImportOf(node: Node): Named | null {
  return node.type === "ImportSpecifier" && node.imported ? identifierOf(node.imported as Node) : null;
}

function identifierOf(node: Node): Named | null {
  if (node.type !== "Identifier" || typeof node.value !== "string") return null;
  return { name: node.value, start: (node.span as { start: number }).start };
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const entry of value) walk(entry, visit);
  else if (typeof value === "object" && value !== null) {
    visit(value as Node);
    for (const entry of Object.values(value)) walk(entry, visit);
  }
}
