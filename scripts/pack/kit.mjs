// Packs the test kit as `@pixora/api`, for projects outside this repository: server, jobs and migrations as JavaScript, with
// the doors `./testing` and `./testing/setup`. Prints the tarball's path. `node scripts/pack/kit.mjs [folder]`.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { generateClient } from "../services/prisma.mjs";
import { makeLog } from "../services/progress.mjs";
import { readErrorCodes, readReference } from "./api-facts.mjs";
import { writeApiTypes } from "./api-types.mjs";
import { copyModules } from "./strip.mjs";
import { trpcTypes } from "./trpc-types.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const api = join(root, "packages/api");
const kit = "packages/api/src/testing";
const workspace = { "@pixora/db": "packages/db/src/index.ts", "@pixora/jobs": "packages/jobs/src/index.ts" };
/** What some machines lack, and the server does without. */
const optional = new Set(["libheif-js"]);

const door = `export { createTestPixora } from "./${kit}/kit/kit.js";
export { WireError } from "./${kit}/wire.client.js";
`;

const doorTypes = `import type { TestPixora, TestPixoraOptions } from "./kit.types.js";
export type * from "./api.js";
export type * from "./kit.types.js";
export { type WireClient, WireError } from "./wire.client.js";

/**
 * Opens a Pixora of this test file's own, usually in \`beforeAll\`; needs the PostgreSQL and Redis of the global set-up. Each
 * call opens another, which shares nothing with the first.
 */
export declare function createTestPixora(options?: TestPixoraOptions): Promise<TestPixora>;
`;

const setupTypes = `/** For vitest's \`globalSetup\`. */
export declare function setup(): Promise<() => Promise<void>>;
/** For \`node --test --test-global-setup\`. */
export declare function globalSetup(): Promise<void>;
export declare function globalTeardown(): Promise<void>;
`;

function writeTypes(types) {
  const declarations = mkdtempSync(join(tmpdir(), "pixora-types-"));
  const config = join(api, `tsconfig.kit.${process.pid}.json`);
  const files = ["kit/kit.types.ts", "wire.client.ts"].map((file) => join(root, kit, file));
  const compilerOptions = { noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: declarations };
  writeFileSync(
    config,
    JSON.stringify({
      extends: "../../tsconfig.base.json",
      compilerOptions: { ...compilerOptions, rootDir: api },
      files,
    }),
  );
  try {
    execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", config, "--checkers", "1"], { stdio: "inherit" });
    for (const file of files) {
      const written = join(declarations, relative(api, file).replace(/\.ts$/, ".d.ts"));
      const text = readFileSync(written, "utf8")
        .replaceAll(/"(?:\.\.\/)+index\.ts"/g, '"./api.js"')
        .replaceAll(/"\.\.?\/(?:.*\/)?([\w.]+)\.ts"/g, '"./$1.js"');
      writeFileSync(join(types, written.split("/").at(-1)), text);
    }
  } finally {
    rmSync(declarations, { recursive: true, force: true });
    rmSync(config, { force: true });
  }
  writeFileSync(join(types, "api.d.ts"), writeApiTypes(readReference(), { errorCodes: readErrorCodes() }));
  writeFileSync(join(types, "trpc.d.ts"), trpcTypes);
  writeFileSync(join(types, "testing.d.ts"), doorTypes);
  writeFileSync(join(types, "setup.d.ts"), setupTypes);
}

/** The very version that is installed where the file stands. */
function versionOf(name, file) {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, "node_modules", name, "package.json");
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, "utf8")).version;
  }
  return JSON.parse(readFileSync(createRequire(file).resolve(`${name}/package.json`), "utf8")).version;
}

function writeManifest(folder, needed) {
  const { name, version, license } = JSON.parse(readFileSync(join(api, "package.json"), "utf8"));
  const versions = [...needed].sort().map(([dependency, file]) => [dependency, versionOf(dependency, file)]);
  const entry = (file, types) => ({ types: `./dist/types/${types}.d.ts`, default: `./dist/${file}` });
  const manifest = {
    name,
    version,
    license,
    description: "The test kit of Pixora: server, jobs and database for one test file",
    type: "module",
    engines: { node: ">=22" },
    exports: {
      "./testing": entry("testing.js", "testing"),
      "./testing/setup": entry("scripts/pack/setup.mjs", "setup"),
    },
    dependencies: Object.fromEntries(versions.filter(([dependency]) => !optional.has(dependency))),
    optionalDependencies: Object.fromEntries(versions.filter(([dependency]) => optional.has(dependency))),
  };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function pack(target) {
  await generateClient({ log: makeLog() });
  const folder = mkdtempSync(join(tmpdir(), "pixora-kit-"));
  const dist = join(folder, "dist");
  try {
    const entries = [`${kit}/kit/kit.ts`, `${kit}/wire.client.ts`, "scripts/pack/setup.mjs"];
    writeManifest(folder, copyModules({ root, target: dist, entries, workspace }));
    for (const file of globSync("prisma/migrations/*/migration.sql", { cwd: root })) {
      cpSync(join(root, file), join(dist, file));
    }
    writeFileSync(join(dist, "testing.js"), door);
    mkdirSync(join(dist, "types"));
    writeTypes(join(dist, "types"));
    cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
    cpSync(join(root, "docs/TESTING.md"), join(folder, "README.md"));
    const answer = execFileSync("npm", ["pack", "--json", "--pack-destination", resolve(target)], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    process.stdout.write(`${join(resolve(target), JSON.parse(answer)[0].filename)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await pack(process.argv[2] ?? root);
