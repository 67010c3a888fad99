// The steps of `npm start` and `pnpm dev` (--watch): services, client, migrations, demo data, server and worker, and an
// orderly end of all of them. Each step is skipped or quick when its work is done already.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { makeAppEnv } from "../services/app-env.mjs";
import { startApp, waitUntilReady } from "../services/apps.mjs";
import { rootDir } from "../services/bootstrap.mjs";
import { claimFolder, findOwner, releaseFolder } from "../services/claim.mjs";
import { openServices, queryOnce, stateDir } from "../services/open.mjs";
import { deployMigrations, generateClient } from "../services/prisma.mjs";
import { makeLog } from "../services/progress.mjs";
import { isShuttingDown, onShutdown, shutDown, shutDownOnSignals } from "../services/shutdown.mjs";
import { buildWeb } from "../services/web.mjs";
import { describeStart, urlOf } from "./welcome.mjs";

const isWatching = process.argv.includes("--watch");
const log = makeLog();

function runSeed(env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(rootDir, "prisma", "seed", "main.ts")], {
      cwd: rootDir,
      env,
      stdio: "inherit",
    });
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`Loading the demo data failed (${code}).`))));
  });
}

/** Whether alice, bob and carol are there, with the published password: their addresses are the seed's alone. */
async function areDemoPeopleIn(databaseUrl) {
  const found = await queryOnce(databaseUrl, "select 1 from credentials where email = 'alice@pixora.example'");
  return found.length > 0;
}

/** Whatever dies unasked takes the rest down, with its name as the last word. */
function endTogether(name, onExit) {
  onExit((result) => {
    if (isShuttingDown()) return;
    log(`${name} ended unexpectedly (${result}); stopping everything`);
    void shutDown(1);
  });
}

async function startEverything() {
  if (!claimFolder(stateDir)) {
    throw new Error(`Pixora already runs from this folder (process ${findOwner(stateDir)?.pid}); stop that one first.`);
  }
  onShutdown(() => releaseFolder(stateDir));
  const [services, webDir] = await Promise.all([openServices({ log }), buildWeb({ log }), generateClient({ log })]);
  onShutdown(services.stop);
  for (const { name, handle } of services.started) {
    log(`${name} on 127.0.0.1:${handle.port}`);
    endTogether(name, (listener) => handle.onExit((code, signal) => listener(signal ?? code)));
  }
  await deployMigrations({ databaseUrl: services.databaseUrl, log });
  const env = { WEB_DIR: webDir, ...(await makeAppEnv({ services, log })) };
  log("demo data");
  await runSeed(env);

  log("starting server and worker");
  const apps = ["server", "worker"].map((name) => startApp({ name, env, isWatching }));
  onShutdown(() => Promise.all(apps.map((app) => app.stop())));
  for (const app of apps) endTogether(`the ${app.name}`, app.onExit);
  const url = urlOf({ host: env.HOST, port: env.PORT });
  await waitUntilReady({ app: apps[0], url: `${url}/readyz` });
  log("ready");
  const hasDemoPeople = await areDemoPeopleIn(services.databaseUrl);
  process.stdout.write(describeStart({ url, host: env.HOST, services, hasDemoPeople }));
}

shutDownOnSignals(() => log("stopping"));
try {
  await startEverything();
} catch (error) {
  if (!isShuttingDown()) process.stderr.write(`\n${error.message}\n`);
  await shutDown(1);
}
