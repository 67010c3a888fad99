// What is packed runs without a compiler: types are gone, names of modules lead to the copies, what is read beside them
// comes along, and only packages that the manifest names are asked for.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyModules } from "./strip.mjs";

let root;
let needed;
const files = {
  "packages/a/package.json": '{ "dependencies": { "zod": "4.0.0", "@scope/part": "1.0.0" } }',
  "packages/a/src/index.ts": `import { b, type B } from "@pixora/b";
import words from "./words.json" with { type: "json" };
import type { Unused } from "./unused.ts";
import { deep } from "@scope/part/deep.js";
export const all: B[] = [b, words.one];
export const child: URL = new URL("./child.ts", import.meta.url);
export const late = () => import('./late.ts');
const text = " from \\"nowhere\\"";`,
  "packages/a/src/words.json": '{ "one": 1 }',
  "packages/a/src/child.ts": 'import { z } from "zod";\nz as unknown;',
  "packages/a/src/late.ts": "export const late: number = 1;",
  "packages/a/src/unused.ts": "export type Unused = 1;",
  "packages/b/package.json": "{}",
  "packages/b/src/index.ts": 'export type B = number;\nexport const b: B = 2;\nimport "node:fs";',
};

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "pixora-strip-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  needed = copyModules({
    root,
    target: join(root, "out"),
    entries: ["packages/a/src/index.ts"],
    workspace: { "@pixora/b": "packages/b/src/index.ts" },
  });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const read = (name) => readFileSync(join(root, "out", name), "utf8");

test("modules lead to their copies, and hold no types", () => {
  const code = read("packages/a/src/index.js");
  expect(code).toContain('from "../../b/src/index.js"');
  expect(code).toContain('new URL("./child.js", import.meta.url)');
  expect(code).toContain("import('./late.js')");
  expect(code).not.toMatch(/B\[\]|: URL|Unused/);
});

test("what a module reads, starts or loads later is copied; what only its types name is not", () => {
  expect(read("packages/a/src/words.json")).toContain("one");
  expect(read("packages/a/src/late.js")).toContain("late");
  expect(() => read("packages/a/src/unused.js")).toThrow(/ENOENT/);
});

test("packages are those that a manifest names", () => {
  expect([...needed.keys()].sort()).toEqual(["@scope/part", "zod"]);
});
