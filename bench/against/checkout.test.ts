// Which commit is compared, and by what code both builds are measured.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rootDir } from "../../scripts/services/bootstrap.mjs";
import { findCommit, measuringFiles } from "./checkout.ts";

test("a ref that names no commit, or looks like an option, gets a readable error", () => {
  expect(() => findCommit("no-such-branch")).toThrow('"no-such-branch" names no commit of this repository');
  expect(() => findCommit("--all")).toThrow("names no commit");
});

test("the files that replace those of an older build exist and read nothing of a build but types", () => {
  for (const file of measuringFiles) {
    expect(existsSync(join(rootDir, file)), file).toBe(true);
    if (file === "bench/against/build.ts") continue; // It opens the build: that is its work.
    const text = readFileSync(join(rootDir, file), "utf8");
    const imports = [...text.matchAll(/^import (?!type )[^;]*?from "(\.[^"]+)"/gm)].map(([, path = ""]) =>
      join("/", file, "..", path).slice(1),
    );
    for (const path of imports)
      expect([...measuringFiles, "bench/load/plan.ts"], `${file} imports ${path}`).toContain(path);
  }
});
