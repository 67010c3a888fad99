// Type tests never run, so what is to be shown of them is that the type check reads them and that each can fail: every
// line under `@ts-expect-error` is an error without it, and both a line that compiles there and a wrong type are refused.
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const client = join(root, "packages/client");
const files = globSync("src/*.test-d.ts", { cwd: client }).sort();
const directive = /^\s*\/\/ @ts-expect-error\b.*$/;
const wrong = [
  'import { expectTypeOf } from "vitest";',
  'import type { RouterOutputs } from "../../src/index.ts";',
  "// @ts-expect-error this line is right",
  'export const state: RouterOutputs["media"]["byId"]["state"] = "ready";',
  'expectTypeOf<RouterOutputs["like"]["create"]["likeCount"]>().toEqualTypeOf<string>();',
  "",
].join("\n");

let folder;
/** By name of the file: the numbers of its lines with an error, and the errors as they were printed. */
const errors = new Map();

function tsc(...args) {
  return spawnSync(join(root, "node_modules/.bin/tsc"), args, { cwd: root, encoding: "utf8" }).stdout;
}

function readFile(file) {
  return readFileSync(join(client, file), "utf8");
}

beforeAll(() => {
  // Inside the package, so that its imports are found; in a folder that git and the type check ignore.
  mkdirSync(join(client, ".pixora"), { recursive: true });
  folder = mkdtempSync(join(client, ".pixora/type-tests-"));
  for (const file of files) {
    const lines = readFile(file).replaceAll('"./', '"../../src/').split("\n");
    const bare = lines.map((line) => (directive.test(line) ? "" : line)).join("\n");
    writeFileSync(join(folder, file.replace("src/", "")), bare);
  }
  writeFileSync(join(folder, "wrong.ts"), wrong);
  writeFileSync(join(folder, "tsconfig.json"), '{ "extends": "../../../../tsconfig.base.json", "include": ["*.ts"] }');
  const printed = tsc("-p", folder, "--noEmit", "--checkers", "1", "--pretty", "false");
  for (const [text, name, line] of printed.matchAll(/^(?:.*\/)?([^/\n]+\.ts)\((\d+),\d+\): error .*$/gm)) {
    errors.set(name, [...(errors.get(name) ?? []), { line: Number(line), text }]);
  }
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the type check reads the SDK's type tests", () => {
  const { files: read } = JSON.parse(tsc("-p", client, "--showConfig"));
  expect(files.length).toBeGreaterThan(3);
  expect(read).toEqual(expect.arrayContaining(files.map((file) => `./${file}`)));
});

test.each(files)("%s has an error wherever it expects one, and nowhere else", (file) => {
  const lines = readFile(file).split("\n");
  const expected = lines.flatMap((line, index) => (directive.test(line) ? [index + 2] : []));
  const found = (errors.get(file.replace("src/", "")) ?? []).map(({ line }) => line);
  expect(expected.length).toBeGreaterThan(1);
  expect([...new Set(found)].sort((a, b) => a - b)).toEqual(expected);
});

test("a line that compiles although an error is expected is refused, and so is a wrong type", () => {
  const [unused, type, ...others] = errors.get("wrong.ts") ?? [];
  expect(unused).toMatchObject({ line: 3, text: expect.stringContaining("TS2578") });
  expect(type).toMatchObject({ line: 5 });
  expect(others).toEqual([]);
});
