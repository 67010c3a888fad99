// Builds the SDK for publishing and packs it: plain JavaScript, and types that stand alone, with the whole API in one
// declaration file. Prints the tarball's path. `node scripts/pack-client.mjs [folder for the tarball]`; with the word
// `build` it is the turbo task of that name, which only builds.
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTurbo } from "./turbo/run.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const clientFolder = join(root, "packages/client");
const dist = join(clientFolder, "dist");

function compile(project, options) {
  execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", project, "--noEmit", "false", ...options], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/** A file of declarations, by the end of its path in the API. */
function readDeclaration(declarations, name) {
  const [file, ...others] = globSync(`**/${name}`, { cwd: declarations });
  if (file === undefined || others.length > 0) throw new Error(`there is not exactly one ${name}`);
  return readFileSync(join(declarations, file), "utf8");
}

/** The router's type as the compiler prints it: every input and output spelled out, nothing of the server in it. */
function writeApiTypes(declarations) {
  const router = readFileSync(join(declarations, "root.d.ts"), "utf8")
    // The context never reaches a client; its type would drag the whole server along.
    .replaceAll(/import\("\.\/[\w/]*\/context\.ts"\)\.RequestContext/g, "object")
    .replaceAll(/import\("\.\/[\w/.]*"\)\.(AppErrorCode|FieldErrors|ProcedureMeta)\b/g, "$1");
  const stray = router.match(/from "\.[^"]*"|import\("\.[^"]*"\)[.\w]*|from "@pixora[^"]*"|import\("@pixora[^"]*"\)/);
  if (stray) throw new Error(`the router's type still names ${stray[0]}: give it a plain type`);
  const errors = readDeclaration(declarations, "call/errors.d.ts");
  const table = errors.slice(errors.indexOf("declare const table"), errors.indexOf("};") + 2);
  if (!table.includes('"input.invalid"')) throw new Error("the table of error codes was not found");
  // The codes that it imports stand beside it in the same file.
  const meta = readDeclaration(declarations, "procedure.meta.d.ts").replace(
    /^import type \{ AppErrorCode \} from "\.\/errors\.ts";\n/m,
    "",
  );
  if (/^import\b/m.test(meta))
    throw new Error("procedure.meta.ts imports more than error codes: it is copied as it stands");
  writeFileSync(
    join(dist, "api.d.ts"),
    [
      'import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";',
      table,
      meta,
      "export type AppErrorCode = keyof typeof table;",
      "export type FieldErrors = Record<string, string[]>;",
      router,
      "export type RouterInputs = inferRouterInputs<AppRouter>;",
      "export type RouterOutputs = inferRouterOutputs<AppRouter>;",
      "",
    ].join("\n"),
  );
  writeFileSync(join(dist, "api.js"), "export {};\n");
}

function build() {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const declarations = mkdtempSync(join(tmpdir(), "pixora-types-"));
  try {
    const onlyTypes = ["--declaration", "--emitDeclarationOnly", "--rootDir", "packages/api/src"];
    compile("packages/api/tsconfig.types.json", [...onlyTypes, "--outDir", declarations, "--checkers", "1"]);
    writeApiTypes(declarations);
  } finally {
    rmSync(declarations, { recursive: true, force: true });
  }
  const emitted = ["--declaration", "--rewriteRelativeImportExtensions", "--rootDir", join(clientFolder, "src")];
  compile("packages/client/tsconfig.build.json", [...emitted, "--outDir", dist, "--checkers", "1"]);
  for (const file of globSync("**/*.d.ts", { cwd: dist })) {
    const text = readFileSync(join(dist, file), "utf8");
    writeFileSync(
      join(dist, file),
      text.replaceAll('"@pixora/api"', '"./api.js"').replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.js"'),
    );
  }
}

async function pack(target) {
  const { code, output } = await runTurbo(["build"], { isQuiet: true });
  if (code !== 0) throw new Error(`building ended with ${code}:\n${output}`);
  const args = ["-y", "pnpm@12.21.0", "pack", "--pack-destination", target, "--json"];
  const answer = execFileSync("npx", args, {
    cwd: clientFolder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { filename } = JSON.parse(answer.slice(answer.indexOf("{")));
  process.stdout.write(`${filename.includes("/") ? filename : join(target, filename)}\n`);
}

const [word = root] = process.argv.slice(2);
if (word === "build") build();
else await pack(word);
