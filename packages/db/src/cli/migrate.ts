// `node packages/db/src/cli/migrate.ts <command>`: the Prisma CLI with our schema engine, from any folder.
// Promises: no download, no telemetry, no update check; nothing is contacted but the database of DATABASE_URL.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const packageFolder = fileURLToPath(new URL("../..", import.meta.url));
/** Another folder is for tests of this program. */
const prismaFolder = process.env.PIXORA_PRISMA_FOLDER ?? fileURLToPath(new URL("../../../../prisma", import.meta.url));

/** Our word → arguments of the Prisma CLI. */
const commands: Record<string, readonly string[]> = {
  generate: ["generate"],
  deploy: ["migrate", "deploy"],
  status: ["migrate", "status"],
  diff: ["migrate", "diff"],
  dev: ["migrate", "dev"],
  reset: ["migrate", "reset"],
  resolve: ["migrate", "resolve"],
  push: ["db", "push"],
  pull: ["db", "pull"],
  studio: ["studio"],
  format: ["format"],
  validate: ["validate"],
  "check-drift": [
    ...["migrate", "diff", "--script", "--exit-code"],
    ...["--from-migrations", `${prismaFolder}/migrations`, "--to-schema", prismaFolder],
  ],
};

const [word = "", ...rest] = process.argv.slice(2);
const command = commands[word];
if (command === undefined) {
  console.error(`usage: migrate.ts <${Object.keys(commands).join(" | ")}> [options of the Prisma CLI]`);
  process.exit(64);
}
process.exit(await runPrisma([...command, ...rest]));

function runPrisma(args: readonly string[]): Promise<number> {
  const cli = createRequire(import.meta.url).resolve("prisma/build/index.js");
  const child = spawn(process.execPath, [cli, ...args, "--config", `${packageFolder}/prisma.config.ts`], {
    stdio: "inherit",
    env: {
      ...process.env,
      PIXORA_PRISMA_FOLDER: prismaFolder,
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}`,
      PRISMA_SCHEMA_ENGINE_BINARY: `${packageFolder}/schema-engine/schema-engine`,
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      CHECKPOINT_DISABLE: "1",
    },
  });
  // Ctrl-C reaches the whole group by itself; a service manager's SIGTERM reaches only us.
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGINT", () => {});
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
