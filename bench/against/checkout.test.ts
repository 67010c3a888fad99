// Which commit is compared, and by what code both builds are measured.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { rootDir } from "../../scripts/services/bootstrap.mjs";
import { findCommit, measuringFiles, removeCheckout } from "./checkout.ts";

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

test("what a removal that was cut off has left is removed", () => {
  const folder = mkdtempSync(join(tmpdir(), "pixora-checkout-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [repository, checkout] = [join(folder, "repository"), join(folder, "checkout")];
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", repository, ...args], { encoding: "utf8", stdio: "pipe" });
  execFileSync("git", ["init", "--quiet", repository]);
  git("-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "--quiet", "--allow-empty", "-m", "empty");
  git("worktree", "add", "--quiet", "--detach", checkout);
  rmSync(join(checkout, ".git"));
  removeCheckout(repository, checkout);
  expect(existsSync(checkout)).toBe(false);
  expect(git("worktree", "list").trim().split("\n")).toHaveLength(1);
});
