// Builds the SDK for publishing and packs it: JavaScript with tRPC inside, as modules and for `require`, and declarations
// that stand alone. Prints the tarball's path. `node scripts/pack/client.mjs [folder for the tarball]`; with the word
// `build` it is the turbo task of that name, which only builds.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { runTurbo } from "../turbo/run.mjs";
import { readErrorCodes, readReference } from "./api-facts.mjs";
import { writeApiTypes } from "./api-types.mjs";
import { checkSameTypes } from "./same-types.mjs";
import { trpcTypes } from "./trpc-types.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const clientFolder = join(root, "packages/client");
const source = join(clientFolder, "src");
const dist = join(clientFolder, "dist");

const manifest = JSON.parse(readFileSync(join(clientFolder, "package.json"), "utf8"));

/** Each door of the package: `{ door: "./react", name: "react/index" }`. */
const entries = Object.entries(manifest.exports).map(([door, file]) => ({
  door,
  name: relative(source, join(clientFolder, file)).replace(/\.ts$/, ""),
}));

/** What is in the bundle, and under which licence it goes. */
const bundled = ["@trpc/client", "@trpc/server"];

function emitDeclarations(target) {
  const options = ["--declaration", "--emitDeclarationOnly", "--rootDir", source, "--outDir", target];
  const project = ["-p", join(clientFolder, "tsconfig.build.json"), "--noEmit", "false", "--checkers", "1"];
  execFileSync(join(root, "node_modules/.bin/tsc"), [...project, ...options], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/** Copies the declarations that the doors lead to; what they take of the API and of tRPC stands in two files beside them. */
function copyDeclarations(from) {
  const waiting = entries.map(({ name }) => `${name}.d.ts`);
  const done = new Set();
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (done.has(file)) continue;
    done.add(file);
    const own = (name) => {
      const path = relative(dirname(file), name);
      return path.startsWith(".") ? path : `./${path}`;
    };
    const text = readFileSync(join(from, file), "utf8")
      .replaceAll(/"@pixora\/api"/g, () => `"${own("api.js")}"`)
      .replaceAll(/"@trpc\/(?:client|server)(?:\/[\w-]+)?"/g, () => `"${own("trpc.js")}"`)
      .replaceAll(/(from |import\()"(\.[^"]*)\.ts"/g, (_, word, path) => {
        waiting.push(join(dirname(file), `${path}.d.ts`));
        return `${word}"${path}.js"`;
      });
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    writeFileSync(join(dist, file), text);
  }
  // So that whatever an app exports can be named in its own declarations.
  writeFileSync(join(dist, "index.d.ts"), `${readFileSync(join(dist, "index.d.ts"), "utf8")}${namedTypes}`);
}

const namedTypes = `export type * from "./api.js";
export type { CallOptions, Mutation, Query, Subscription, TrackedEvent, Unsubscribable } from "./trpc.js";
`;

async function bundle() {
  const bundler = await rolldown({
    input: Object.fromEntries(entries.map(({ door, name }) => [name, join(clientFolder, manifest.exports[door])])),
    external: Object.keys(manifest.peerDependencies).map((name) => new RegExp(`^${name}(/|$)`)),
    platform: "neutral",
    resolve: { mainFields: ["module", "main"], conditionNames: ["import", "module", "default"] },
    // Engines that know no `using`, and none of the newest syntax, read it too.
    transform: { target: "es2020" },
    treeshake: { moduleSideEffects: false },
    experimental: { attachDebugInfo: "none" },
  });
  const comments = { legal: true, annotation: true, jsdoc: false };
  // Frameworks that render on servers ask hooks' modules to say so.
  const banner = ({ name }) => (name.startsWith("react/") ? '"use client";' : "");
  const shared = { entryFileNames: "[name].js", chunkFileNames: "shared/[name].js", comments, banner };
  await bundler.write({ ...shared, dir: dist, format: "esm" });
  await bundler.write({ ...shared, dir: join(dist, "cjs"), format: "cjs", exports: "named" });
  await bundler.close();
}

/** The same declarations for those who `require`: a module's kind is that of the package.json above it. */
function copyForRequire() {
  for (const file of globSync("**/*.d.ts", { cwd: dist, exclude: ["cjs/**"] })) {
    mkdirSync(dirname(join(dist, "cjs", file)), { recursive: true });
    cpSync(join(dist, file), join(dist, "cjs", file));
  }
  writeFileSync(join(dist, "cjs/package.json"), '{ "type": "commonjs" }\n');
}

function writeLicences() {
  const texts = bundled.map((name) => {
    const from = createRequire(join(clientFolder, "package.json"));
    const folder = findPackage(from.resolve(name), name);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const licence = ["LICENSE", "LICENSE.md", "license"].map((file) => join(folder, file)).find(existsSync);
    if (licence === undefined) throw new Error(`${name} has no licence text`);
    return `## ${name} ${version}\n\n${readFileSync(licence, "utf8").trim()}\n`;
  });
  writeFileSync(join(dist, "LICENCES.md"), `# What is bundled in\n\n${texts.join("\n")}`);
}

function findPackage(file, name) {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, "package.json");
    if (existsSync(found) && JSON.parse(readFileSync(found, "utf8")).name === name) return folder;
  }
  throw new Error(`${name} was not found`);
}

async function build() {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const declarations = mkdtempSync(join(tmpdir(), "pixora-types-"));
  try {
    emitDeclarations(declarations);
    writeFileSync(join(dist, "api.d.ts"), writeApiTypes(readReference(), { errorCodes: readErrorCodes() }));
    writeFileSync(join(dist, "trpc.d.ts"), trpcTypes);
    checkSameTypes({ root, folder: dist });
    copyDeclarations(declarations);
  } finally {
    rmSync(declarations, { recursive: true, force: true });
  }
  await bundle();
  copyForRequire();
  writeLicences();
}

/** The package.json of the tarball: nothing of the workspace, no dependency, and doors for old and new resolution. */
function writeManifest(folder) {
  const { name, version, description, license, engines, peerDependencies, peerDependenciesMeta } = manifest;
  const main = { main: "./dist/cjs/index.js", module: "./dist/index.js", types: "./dist/index.d.ts" };
  const exports = Object.fromEntries(
    entries.map((entry) => [
      entry.door,
      {
        require: { types: `./dist/cjs/${entry.name}.d.ts`, default: `./dist/cjs/${entry.name}.js` },
        default: { types: `./dist/${entry.name}.d.ts`, default: `./dist/${entry.name}.js` },
      },
    ]),
  );
  const packed = { name, version, description, license, type: "module", engines, sideEffects: false };
  const written = { ...packed, ...main, exports, peerDependencies, peerDependenciesMeta };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(written, null, 2)}\n`);
  // Resolution without `exports` takes a door's path for a folder.
  for (const { door, name: entry } of entries.filter((one) => one.door !== ".")) {
    const up = door.replaceAll(/[^/]+/g, "..").replace(/^\.\.\//, "");
    const inner = { main: `${up}/dist/cjs/${entry}.js`, module: `${up}/dist/${entry}.js` };
    mkdirSync(join(folder, door), { recursive: true });
    writeFileSync(
      join(folder, door, "package.json"),
      `${JSON.stringify({ ...inner, types: `${up}/dist/${entry}.d.ts` }, null, 2)}\n`,
    );
  }
}

async function pack(target) {
  const { code, output } = await runTurbo(["build"], { isQuiet: true });
  if (code !== 0) throw new Error(`building ended with ${code}:\n${output}`);
  const folder = mkdtempSync(join(tmpdir(), "pixora-client-"));
  try {
    cpSync(dist, join(folder, "dist"), { recursive: true });
    cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
    for (const file of ["README.md", "CHANGELOG.md"]) {
      if (existsSync(join(clientFolder, file))) cpSync(join(clientFolder, file), join(folder, file));
    }
    writeManifest(folder);
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

const [word = root] = process.argv.slice(2);
if (word === "build") await build();
else await pack(word);
