// The test kit in an outside vitest project, and in \`node --test\`: installed from its tarball, first cold, then warm.
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { install } from "./projects.mjs";

const config = `import { defineConfig } from "vitest/config";
export default defineConfig({ test: { globalSetup: ["@pixora/api/testing/setup"], include: ["*.test.ts"] } });
`;

const code = (runner) => `
import { createTestPixora, type TestPixora, WireError } from "@pixora/api/testing";
import { createPixora } from "@pixora/client";
${runner}

let pixora: TestPixora;
before(async () => {
  pixora = await createTestPixora();
});
after(() => pixora.close());

test("a like reaches the author", async () => {
  const [alice, bob] = [await pixora.signIn({ handle: "alice" }), await pixora.signIn()];
  const post = await alice.client.post.create({ caption: "First light" });
  const sdk = createPixora(bob);
  await sdk.like.create.mutate({ postId: post.id });
  await pixora.settle();
  const { items } = await alice.client.notification.list();
  assert.deepEqual(items.map(({ type, actor }) => [type, actor.id]), [["LIKE", bob.id]]);
  const refused = await alice.client.post.byId({ postId: "1" }).catch((error: unknown) => error);
  assert.equal(refused instanceof WireError && refused.appCode, "post.notFound");
  await sdk.close();
  console.log("first test done " + Date.now());
});

test("a picture is rendered", async () => {
  const sdk = createPixora(await pixora.signIn());
  const media = await sdk.media.upload(await pixora.factories.picture(), { purpose: "post" });
  assert.equal(media.state, "ready");
  await sdk.close();
});
`;

const vitest =
  'import assert from "node:assert/strict";\nimport { afterAll as after, beforeAll as before, test } from "vitest";';
/** `node --test` takes a path. */
const setup = "node_modules/@pixora/api/dist/scripts/pack/setup.mjs";
const nodeTest = 'import assert from "node:assert/strict";\nimport { after, before, test } from "node:test";';

function run(folder, command) {
  const startedMs = Date.now();
  const [file, ...args] = command;
  const { status, stdout, stderr } = spawnSync(file, args, { cwd: folder, encoding: "utf8" });
  const firstMs = Number(/first test done (\d+)/.exec(stdout)?.[1]) - startedMs;
  if (status !== 0) throw new Error(`${command.join(" ")} failed:\n${stdout}\n${stderr}`);
  if (Number.isNaN(firstMs))
    throw new Error(`${command.join(" ")} does not say when its first test was done:\n${stdout}`);
  return firstMs;
}

/** Data that PostgreSQL's user could not keep in the folder stands outside of it. */
function removeOutsideData(folder) {
  for (const file of globSync("node_modules/.cache/pixora/test/*/postgres/location.json", { cwd: folder })) {
    rmSync(JSON.parse(readFileSync(join(folder, file), "utf8")).holder, { recursive: true, force: true });
  }
}

/** Milliseconds from the command to the end of the first test: the first time, and of later runs each. */
export function tryKit({ folder, tarballs, rounds = 5 }) {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{ "name": "outside", "private": true, "type": "module" }');
  install(folder, ["vitest@5.1.1", "@types/node@26.6.6", ...tarballs]);
  writeFileSync(join(folder, "vitest.config.ts"), config);
  writeFileSync(join(folder, "first.test.ts"), code(vitest));
  writeFileSync(join(folder, "first.node.ts"), code(nodeTest));
  const command = [process.execPath, join(folder, "node_modules/vitest/vitest.mjs"), "run"];
  try {
    const coldMs = run(folder, command);
    const warmMs = Array.from({ length: rounds }, () => run(folder, command));
    run(folder, [process.execPath, "--test", `--test-global-setup=${setup}`, "first.node.ts"]);
    return { coldMs, warmMs };
  } finally {
    removeOutsideData(folder);
  }
}
