// The docs check finds what does not exist, and stays quiet about what is no path of the repository.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkDocs } from "./docs.mjs";

let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pixora-docs-"));
  mkdirSync(join(root, "docs/decisions"), { recursive: true });
  mkdirSync(join(root, "packages/api/src/like"), { recursive: true });
  writeFileSync(join(root, "packages/api/src/like/like.service.ts"), "");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("a path in backticks that does not exist is a problem, with its line", () => {
  writeFileSync(
    join(root, "README.md"),
    "Fine: `packages/api/src/like/like.service.ts`.\nGone: `packages/api/src/like/gone.ts`.\n",
  );
  expect(checkDocs({ root }).problems).toEqual([
    "README.md:2 names packages/api/src/like/gone.ts, which does not exist",
  ]);
});

test("a link is looked up from its page", () => {
  writeFileSync(join(root, "README.md"), "[a](docs/A.md#part) [b](docs/B.md)\n");
  writeFileSync(join(root, "docs/A.md"), "[up](../README.md) [x](README.md)\n");
  expect(checkDocs({ root }).problems).toEqual([
    "README.md:1 links to docs/B.md, which does not exist",
    "docs/A.md:1 links to README.md, which does not exist",
  ]);
});

test("a path inside a command and a short room path are looked up", () => {
  writeFileSync(join(root, "README.md"), "`node scripts/gone.mjs --x` and `like/like.service.ts`\n");
  expect(checkDocs({ root }).problems).toEqual(["README.md:1 names scripts/gone.mjs, which does not exist"]);
});

test("addresses, placeholders, made folders, package names and fenced code are left alone", () => {
  writeFileSync(
    join(root, "docs/decisions/0001-x.md"),
    [
      "`https://example.org/packages/a.ts` `packages/<room>/x.ts` `docs/*.md` `@pixora/api/testing` `.pixora/mail/a.json`",
      "`like.create` `/readyz` `and/or` [out](https://example.org/a.md) [here](#part)",
      "```",
      "`packages/gone.ts`",
      "```",
    ].join("\n"),
  );
  expect(checkDocs({ root }).problems).toEqual([]);
});

test("a drawing of other rooms than there are is a problem, and so is a page without its place", () => {
  const page = join(root, "docs/ARCHITECTURE.md");
  writeFileSync(page, "<!-- rooms -->\n\n```\nlike   gone\n```\n\n<!-- /rooms -->\n");
  expect(checkDocs({ root }).problems).toEqual(["docs/ARCHITECTURE.md draws other rooms than there are"]);
  writeFileSync(page, "no drawing\n");
  expect(checkDocs({ root }).problems).toEqual(["docs/ARCHITECTURE.md has no place for the drawing of rooms"]);
});
