// A kept result is only as true as the inputs that turbo.json lists: what a package's files reach must be among them.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rootDir } from "../services/bootstrap.mjs";
import { listTaskFolders } from "../testing/packages.mjs";

const read = (path) => readFileSync(join(rootDir, path), "utf8");
const turbo = JSON.parse(read("turbo.json"));
const folders = listTaskFolders(globSync).filter((folder) => folder !== "");
const manifests = new Map(folders.map((folder) => [folder, JSON.parse(read(`${folder}/package.json`))]));
const folderOf = new Map([...manifests].map(([folder, { name }]) => [name, folder]));

/** The folders of the packages that a package names as its own, and of theirs. */
function listDependencies(folder, seen = new Set()) {
  const { dependencies = {}, devDependencies = {} } = manifests.get(folder);
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const other = folderOf.get(name);
    if (other === undefined || seen.has(other)) continue;
    seen.add(other);
    listDependencies(other, seen);
  }
  return [...seen];
}

/** What lies outside of the package and is an input of its task. */
function listOutside(folder, task) {
  const { inputs } = turbo.tasks[`${manifests.get(folder).name}#${task}`] ?? turbo.tasks[task];
  const globs = inputs.filter((input) => input.startsWith("$TURBO_ROOT$/"));
  return [...globs.map((glob) => glob.slice("$TURBO_ROOT$/".length)), ...turbo.globalDependencies].map((glob) =>
    glob.replace(/\*\*.*$/, ""),
  );
}

/** Paths outside of the package that its sources name, from the root: imports, and files by URL. */
function listReached(folder) {
  const sources = globSync(`${folder}/**/*.{ts,tsx,mjs}`, {
    cwd: rootDir,
    exclude: (path) => /(^|\/)(node_modules|generated|dist|\.turbo)$/.test(String(path)),
  });
  return sources.flatMap((source) => {
    const text = read(source);
    const relative = [...text.matchAll(/(\bfrom\s+|\bimport\s*\(?\s*|\bnew URL\(\s*)["'](\.\.?\/[^"']*)["']/g)];
    const named = [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)["'](@pixora\/[a-z]+)/g)];
    return [
      ...relative.map(([, by, path]) => ({ source, path: join(source, "..", path), isImport: !by.startsWith("new") })),
      ...named.map(([, name]) => ({ source, path: `${folderOf.get(name) ?? name}/`, isImport: true })),
    ].filter(({ path }) => !`${path}/`.startsWith(`${folder}/`));
  });
}

test.each(folders)("%s reaches nothing that is no input of its tests and of its type check", (folder) => {
  const dependencies = listDependencies(folder).map((other) => `${other}/`);
  const isInput = (path, task) =>
    [...dependencies, ...listOutside(folder, task)].some((one) => `${path}/`.startsWith(one));
  const reached = listReached(folder);
  expect(reached.filter(({ path }) => !isInput(path, "test"))).toEqual([]);
  expect(reached.filter(({ path, isImport }) => isImport && !isInput(path, "typecheck"))).toEqual([]);
});

test("the reach of a package is seen", () => {
  expect(listReached("bench").map(({ path }) => path)).toContain("scripts/services/prisma.mjs");
  expect(listDependencies("apps/server").sort()).toEqual(["packages/api", "packages/db", "packages/jobs"]);
});

test("every task counts the lockfile, the version of Node and CI among its inputs", () => {
  expect(turbo.globalDependencies).toContain("pnpm-lock.yaml");
  expect(turbo.globalEnv).toEqual(expect.arrayContaining(["CI", "NODE_OPTIONS", "PIXORA_RUNTIME"]));
});

test("the root names no package as its dependency, for turbo would count it among the inputs of every task", () => {
  const { dependencies, devDependencies } = JSON.parse(read("package.json"));
  expect(Object.keys({ ...dependencies, ...devDependencies }).filter((name) => folderOf.has(name))).toEqual([]);
});
