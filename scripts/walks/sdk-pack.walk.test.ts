// The packed SDK in an empty project: right code compiles, a wrong field does not, and it runs.
import { execFileSync, spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "pixora-sdk-"));
  const packed = execFileSync(process.execPath, [join(root, "scripts/pack/client.mjs"), project], { encoding: "utf8" });
  writeFileSync(join(project, "package.json"), '{ "name": "empty", "private": true, "type": "module" }');
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", packed.trim()], {
    cwd: project,
    stdio: "pipe",
  });
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

function compile(code: string): string {
  writeFileSync(join(project, "app.ts"), code);
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"];
  const compiler = join(root, "node_modules/.bin/tsc");
  return spawnSync(compiler, [...options, "app.ts"], { cwd: project, encoding: "utf8" }).stdout;
}

const start = `
  import { createPixora, isPixoraError, paginate, type PixoraError, type PostView, type RouterOutputs } from "@pixora/client";
  const pixora = createPixora({ url: "http://127.0.0.1:4000" });
`;

test("code that uses inputs, outputs, errors and live events compiles, with nothing skipped", () => {
  const code = `${start}
    const { user } = await pixora.auth.signIn.mutate({ login: "alice", password: "secret-secret" });
    const handle: string = user.handle;
    const like: { isLiked: boolean; likeCount: number; rev: number } = await pixora.like.create.mutate({ postId: "1" });
    const page: RouterOutputs["feed"]["home"] = await pixora.feed.home.query();
    for await (const post of paginate(pixora.feed.home, { limit: 5 })) console.log(post.author.handle satisfies string);
    try { await pixora.post.byId.query({ postId: "1" }); } catch (error) {
      if (isPixoraError(error, "post.notFound")) { const code: "post.notFound" = error.data.appCode; console.log(code); }
      if (isPixoraError(error)) console.log(error.data.fieldErrors?.caption, error.data.retryAfterMs);
    }
    pixora.live.onEvent.subscribe({}, { onData({ id, data }) {
      if (data.type === "notification.created") console.log(id, data.notification.actor.handle, data.counts.unread);
    } });
    console.log(handle, like, page);
  `;
  expect(compile(code)).toBe("");
});

const exhaustive = (codes: readonly string[]) => `${start}
  export function explain(error: PixoraError<"post.notFound" | "limit.exceeded">): string {
    switch (error.data.appCode) {
      ${codes.map((code) => `case "${code}": return "${code}";`).join("\n")}
      default: return error.data.appCode satisfies never;
    }
  }`;

test("a switch over error codes compiles when it has all of them, and not before", () => {
  expect(compile(exhaustive(["post.notFound", "limit.exceeded"]))).toBe("");
  expect(compile(exhaustive(["post.notFound"]))).toMatch(
    /"limit.exceeded"' does not satisfy the expected type 'never'/,
  );
});

test("types go by the names that the reference gives them", () => {
  expect(compile(`${start} const post: PostView = 1 as unknown as number;`)).toContain(
    "not assignable to type 'PostView'",
  );
  expect(compile(`${start} pixora.post.byId.query(1);`)).toContain(
    "not assignable to parameter of type 'PostByIdInput'",
  );
});

test("the package brings nothing along, and is small", () => {
  const installed = readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."));
  expect(installed).toEqual(["@pixora"]);
  const bytes = globSync("**/*", { cwd: join(project, "node_modules"), withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_000_000);
});

test.each([
  ["an input field that does not exist", `await pixora.like.create.mutate({ post: "1" });`],
  ["an output field that does not exist", `(await pixora.feed.home.query()).items[0]?.likes;`],
  ["a procedure that does not exist", `await pixora.like.toggle.mutate({ postId: "1" });`],
  ["an error code that does not exist", `isPixoraError(new Error(), "post.lost");`],
  [
    "an event that does not exist",
    `pixora.live.onEvent.subscribe({}, { onData: ({ data }) => data.type === "no.such" });`,
  ],
])("%s does not compile", (_, code) => {
  expect(compile(start + code)).toMatch(/app\.ts\(\d+,\d+\): error TS/);
});

test("the packed SDK runs, and tells an absent server from a refusal", () => {
  writeFileSync(
    join(project, "run.mjs"),
    `import { createPixora, isConnectionError, isPixoraError } from "@pixora/client";
     const pixora = createPixora({ url: "http://127.0.0.1:1" });
     const error = await pixora.auth.signIn.mutate({ login: "a", password: "b" }).catch((error) => error);
     console.log(isConnectionError(error), isPixoraError(error));`,
  );
  expect(execFileSync(process.execPath, ["run.mjs"], { cwd: project, encoding: "utf8" }).trim()).toBe("true false");
  const text = readFileSync(join(project, "run.mjs"), "utf8");
  const required = text
    .replace(/^import (.*) from (.*);$/m, "const $1 = require($2);")
    .replace(/const error = await/, "const failed =");
  writeFileSync(join(project, "run.cjs"), required.replace(/console\.log.*/, "failed.then((error) => { $& });"));
  expect(execFileSync(process.execPath, ["run.cjs"], { cwd: project, encoding: "utf8" }).trim()).toBe("true false");
});
