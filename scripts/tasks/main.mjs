// The tasks of `node scripts/run.mjs <task>`: each opens PostgreSQL and Redis (those of a running `npm start` are shared),
// runs one program, and stops what it opened.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { makeAppEnv } from "../services/app-env.mjs";
import { rootDir } from "../services/bootstrap.mjs";
import { openServices } from "../services/open.mjs";
import { deployMigrations, generateClient } from "../services/prisma.mjs";
import { makeLog } from "../services/progress.mjs";
import { isShuttingDown, onShutdown, shutDown, shutDownOnSignals } from "../services/shutdown.mjs";

const log = makeLog();
const migrateScript = "packages/db/src/cli/migrate.ts";
const seedScript = "prisma/seed/main.ts";
const roleScript = "scripts/role.ts";
const reindexScript = "scripts/reindex.ts";
const deadLettersScript = "scripts/dead-letters.ts";
const sqlScript = "scripts/sql.ts";
const jobScript = "scripts/job.ts";

/** Runs a program of the repository on this Node; gives its exit code. */
function runNode(script, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(rootDir, script), ...args], { cwd: rootDir, env, stdio: "inherit" });
    onShutdown(
      () => child.exitCode === null && child.kill("SIGTERM") && new Promise((ended) => child.once("exit", ended)),
    );
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

async function runApp(name, { env, databaseUrl }) {
  await generateClient({ log });
  await deployMigrations({ databaseUrl, log });
  return runNode(`apps/${name}/src/main.ts`, [], env);
}

const tasks = {
  migrate: async ({ args, env }) => runNode(migrateScript, args.length > 0 ? args : ["deploy"], env),
  studio: async ({ args, env }) => runNode(migrateScript, ["studio", ...args], env),
  seed: async ({ args, env, databaseUrl }) => {
    await generateClient({ log });
    await deployMigrations({ databaseUrl, log });
    return runNode(seedScript, args, env);
  },
  reset: async ({ args, env }) => {
    await generateClient({ log });
    const code = await runNode(migrateScript, ["reset", "--force", ...args], env);
    return code === 0 ? runNode(seedScript, [], env) : code;
  },
  role: async ({ args, env }) => runNode(roleScript, args, env),
  reindex: async ({ args, env }) => runNode(reindexScript, args, env),
  "dead-letters": async ({ args, env }) => runNode(deadLettersScript, args, env),
  sql: async ({ args, env, databaseUrl }) => {
    await generateClient({ log });
    if (!process.env.DATABASE_URL) await deployMigrations({ databaseUrl, log });
    return runNode(sqlScript, args, env);
  },
  job: async ({ args, env }) => {
    await generateClient({ log });
    return runNode(jobScript, args, env);
  },
  server: (task) => runApp("server", task),
  worker: (task) => runApp("worker", task),
};

async function main() {
  const [name, ...args] = process.argv.slice(2);
  if (name === "generate") {
    await generateClient({ log, isForced: true });
    return 0;
  }
  // The list of names needs no services.
  if (name === "sql" && args.length === 0) {
    await generateClient({ log });
    return runNode(sqlScript, [], process.env);
  }
  const task = tasks[name];
  if (!task) {
    process.stderr.write(`usage: node scripts/run.mjs <generate | ${Object.keys(tasks).join(" | ")}> [options]\n`);
    return 64;
  }
  const services = await openServices({ log, attach: true });
  onShutdown(services.stop);
  // Only the server listens on PORT; another task must not fail because a running server has it.
  const env = await makeAppEnv({ services, log, doesListen: name === "server" });
  return task({ args, env, databaseUrl: services.databaseUrl });
}

shutDownOnSignals();
try {
  await shutDown(await main());
} catch (error) {
  if (!isShuttingDown()) process.stderr.write(`\n${error.message}\n`);
  await shutDown(1);
}
