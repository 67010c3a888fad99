// Knows every statement of the deployed code without running the app: loads each source file and hears what `statement`
// makes. Promises: a call that was not heard is answered as unheard, be it of `statement` or of a function that makes some.
import { globSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { onStatementMade } from "@pixora/db";
import { type CallSite, findCalls, knowsFunction } from "./calls.ts";

export interface CollectedStatement {
  /** Without the digest that the prepared statement carries. */
  name: string;
  text: string;
  /** The file whose loading made it, and the line there. */
  file: string;
  line: number;
}

export interface Collection {
  /** By name. */
  statements: CollectedStatement[];
  /** Calls that loading did not reach: what they make is not among the statements. */
  unheard: CallSite[];
}

/** Where statements may be made; those of tests, the seed and the bench are their own affair. */
const sourceGlob = "{packages,apps}/*/src/**/*.ts";
const notSource = /\.(test|types|bench|harness)\.ts$|\.d\.ts$|\/(testing|generated|cli)\//;
/**
 * Apps, threads and child processes start when they are loaded, and a browser's package is loaded by browsers: none makes
 * statements.
 */
const notLoaded = /^(apps|packages\/client)\/|\.(thread|child)\.ts$/;

const statementFile = "packages/db/src/sql.ts";

/** All statements of a repository. Throws where a file cannot be loaded. */
export async function collectStatements({ root }: { root: string }): Promise<Collection> {
  const files = globSync(sourceGlob, { cwd: root, exclude: (path) => path.includes("node_modules") })
    .map((path) => path.split(sep).join("/"))
    .filter((path) => !notSource.test(path))
    .sort();
  const statements: CollectedStatement[] = [];
  const heard = new Set<string>();
  const makers: MakerMap = new Map([["statement", new Set([statementFile])]]);
  const stop = onStatementMade((made) => {
    const frames = framesOf(root);
    const loaded = frames.at(-1);
    if (loaded === undefined) throw new Error(`${made.name} was made outside of the source`);
    for (const frame of frames) {
      heard.add(keyOf(frame));
      if (frame.functionName === null) continue;
      makers.set(frame.functionName, (makers.get(frame.functionName) ?? new Set()).add(frame.file));
    }
    const name = made.name.slice(0, made.name.lastIndexOf(":"));
    statements.push({ name, text: made.text, file: loaded.file, line: loaded.line });
  });
  try {
    for (const file of files.filter((path) => !notLoaded.test(path)))
      await import(pathToFileURL(join(root, file)).href);
  } finally {
    stop();
  }
  const unheard = findUnheard({ root, files, makers, heard });
  return { statements: statements.sort((a, b) => (a.name < b.name ? -1 : 1)), unheard };
}

interface Frame {
  file: string;
  line: number;
  column: number;
  /** Null for the file itself, and for functions without a name of their own. */
  functionName: string | null;
}

/** The way from the call of `statement` up to the file whose loading made it. */
function framesOf(root: string): Frame[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  Error.prepareStackTrace = (_error, callSites) => callSites;
  const holder: { stack?: NodeJS.CallSite[] } = {};
  Error.captureStackTrace(holder, framesOf);
  const callSites = holder.stack ?? [];
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  // The first two are the listener and `statement` itself.
  return callSites.slice(2).flatMap((site) => {
    const url = site.getFileName() ?? "";
    if (!url.startsWith("file:")) return [];
    const file = relative(root, fileURLToPath(url)).split(sep).join("/");
    if (file.startsWith("..") || file.startsWith("scripts/")) return [];
    const functionName = site.getTypeName() === null || site.isToplevel() ? site.getFunctionName() : null;
    return [{ file, line: site.getLineNumber() ?? 0, column: site.getColumnNumber() ?? 0, functionName }];
  });
}

function keyOf(site: { file: string; line: number; column: number }): string {
  return `${site.file}:${site.line}:${site.column}`;
}

/** Functions that make statements: name → the files that define one of it. */
type MakerMap = Map<string, Set<string>>;

interface Search {
  root: string;
  files: readonly string[];
  makers: MakerMap;
  heard: ReadonlySet<string>;
}

function findUnheard({ root, files, makers, heard }: Search): CallSite[] {
  return files.flatMap((file) => {
    const sourceFile = { file, source: readFileSync(join(root, file), "utf8") };
    const known = [...makers].filter(([name, definedIn]) =>
      [...definedIn].some((path) => knowsFunction(sourceFile, { name, definedIn: path })),
    );
    const calls = findCalls(sourceFile, new Set(known.map(([name]) => name)));
    return calls.filter((site) => !heard.has(keyOf(site)));
  });
}
