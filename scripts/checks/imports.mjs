// Fails when a file imports what import-rules.mjs forbids. Promises to have read every source file: dependency-cruiser
// finds nothing, and is content, when its parser does not fit.
import { existsSync, globSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise } from "dependency-cruiser";
import "./swc-visitor.mjs";
import { forbiddenImports, transportFreeFiles } from "./import-rules.mjs";
import { roomOrder } from "./rooms.mjs";

const FOLDERS = ["packages", "apps", "bench", "scripts", "prisma"];
const SKIPPED = String.raw`(^|/)(generated|dist|coverage|\.turbo)/`;
const MIN_REPOSITORY_FILES = 40;

const isTypeOnly = (dependency) =>
  dependency.dependencyTypes.some((type) => type === "type-only" || type === "type-import");

/** The chain of runtime imports from a file to a forbidden one, or null. */
function findChain(modules, from, forbidden) {
  const bySource = new Map(modules.map((module) => [module.source, module]));
  const cameFrom = new Map([[from, null]]);
  const queue = [from];
  for (const source of queue) {
    if (forbidden.test(source)) {
      const chain = [];
      for (let step = source; step !== null; step = cameFrom.get(step)) chain.unshift(step);
      return chain;
    }
    for (const dependency of bySource.get(source)?.dependencies ?? []) {
      if (isTypeOnly(dependency) || cameFrom.has(dependency.resolved)) continue;
      cameFrom.set(dependency.resolved, source);
      queue.push(dependency.resolved);
    }
  }
  return null;
}

function describeViolation({ rule, from, to, cycle }) {
  const comment = forbiddenImports.find(({ name }) => name === rule.name)?.comment;
  const way = cycle ? cycle.map((step) => step.name).join(" → ") : to;
  return { rule: rule.name, text: `${from} → ${way}\n    ${rule.name}: ${comment}` };
}

function listSources(root) {
  const found = FOLDERS.flatMap((folder) =>
    globSync(`${folder}/**/*.{ts,tsx,mjs}`, { cwd: root, exclude: (path) => path.includes("node_modules") }),
  );
  return found.filter((path) => !new RegExp(SKIPPED).test(path) && !path.endsWith(".d.ts"));
}

/** Folders of api that are no room of the list: nothing would say what they may import. */
function listHomeless(root) {
  const folder = "packages/api/src";
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && ![...roomOrder, "http", "testing"].includes(entry.name))
    .map((entry) => ({
      rule: "rooms-are-listed",
      text: `${folder}/${entry.name}\n    rooms-are-listed: scripts/checks/rooms.mjs does not say where this room stands`,
    }));
}

/** Checks a repository. Gives { violations: [{ rule, text }], fileCount, importCount }; throws when files were not read. */
export async function checkImports({ root }) {
  const { output } = await cruise(
    FOLDERS.filter((folder) => existsSync(join(root, folder))),
    {
      baseDir: root,
      parser: "swc", // the default one needs a TypeScript compiler API, which TypeScript 7 lacks
      ruleSet: { forbidden: forbiddenImports },
      validate: true,
      doNotFollow: { path: "node_modules" },
      exclude: { path: SKIPPED },
    },
    {
      extensions: [".ts", ".tsx", ".mjs", ".js"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
    },
  );
  const read = new Set(output.modules.map((module) => module.source));
  const unread = listSources(root).filter((path) => !read.has(path));
  if (unread.length > 0) throw new Error(`The import check did not read ${unread.length} files, such as ${unread[0]}.`);

  const violations = [...output.summary.violations.map(describeViolation), ...listHomeless(root)];
  for (const { source } of output.modules.filter((module) => new RegExp(transportFreeFiles.path).test(module.source))) {
    const chain = findChain(output.modules, source, new RegExp(transportFreeFiles.mustNotReach));
    if (chain)
      violations.push({
        rule: "domain-is-transport-free",
        text: `${chain.join(" → ")}\n    domain.ts must not reach tRPC or Fastify`,
      });
  }
  const importCount = output.modules.reduce((sum, module) => sum + module.dependencies.length, 0);
  return { violations, fileCount: listSources(root).length, importCount };
}

async function main() {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const { violations, fileCount, importCount } = await checkImports({ root });
  if (fileCount < MIN_REPOSITORY_FILES || importCount < fileCount) {
    throw new Error(`The import check saw only ${fileCount} files and ${importCount} imports; it is not working.`);
  }
  for (const { text } of violations) process.stdout.write(`  ${text}\n`);
  process.stdout.write(`imports: ${fileCount} files, ${importCount} imports, ${violations.length} violations\n`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
