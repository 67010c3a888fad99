// Runs tasks of turbo.json: offline, without telemetry, with a cache of this clone alone.
import { createHash } from "node:crypto";
import { delimiter, join } from "node:path";
import { rootDir } from "../services/bootstrap.mjs";
import { runProgram } from "../testing/program.mjs";

/** What results depend on besides files: a name that turbo.json counts among the inputs of every task. */
function describeRuntime() {
  const { TEST_DATABASE_URL = "", TEST_REDIS_URL = "" } = process.env;
  // Services of the person's own may be of another version than ours.
  const services = createHash("sha256").update(`${TEST_DATABASE_URL} ${TEST_REDIS_URL}`).digest("hex").slice(0, 8);
  return [process.version, process.platform, process.arch, services].join(" ");
}

/** The environment of turbo itself; what a task gets of it, turbo.json says. */
export function makeTurboEnv(env = process.env) {
  return {
    ...env,
    PATH: [join(rootDir, "scripts/turbo/bin"), join(rootDir, "node_modules/.bin"), env.PATH ?? ""].join(delimiter),
    PIXORA_RUNTIME: describeRuntime(),
    TURBO_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
    TURBO_NO_UPDATE_NOTIFIER: "1",
    // A login of the person's must not send this clone's results anywhere.
    TURBO_CACHE: "local:rw",
  };
}

/** Runs tasks in every package that has them. All run, whatever one of them does. Gives { code, output }. */
export function runTurbo(tasks, { env = process.env, concurrency = 2, isQuiet = false } = {}) {
  const args = ["run", ...tasks, `--concurrency=${concurrency}`, "--continue", "--ui=stream"];
  return runProgram({ file: join(rootDir, "node_modules/.bin/turbo"), args, env: makeTurboEnv(env), isQuiet });
}
