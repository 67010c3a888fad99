// Type-checks every package and the scripts, two at a time, as tasks of turbo: what has not changed is not checked again.
// Type tests (*.test-d.ts) need nothing else: they are right when they compile. type-tests.test.mjs beside this file shows
// that they can fail.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { rootDir } from "../services/bootstrap.mjs";
import { shutDown, shutDownOnSignals } from "../services/shutdown.mjs";
import { runTurbo } from "../turbo/run.mjs";

/** Every folder with a tsconfig.json has the task, or its types would go unchecked without a word. */
function requireTasks() {
  const projects = globSync(["tsconfig.json", "{packages,apps}/*/tsconfig.json", "bench/tsconfig.json"], {
    cwd: rootDir,
  });
  if (projects.length < 2) throw new Error("The type check found no packages; it is not working.");
  for (const project of projects) {
    const folder = project.slice(0, -"tsconfig.json".length);
    const { scripts = {} } = JSON.parse(readFileSync(join(rootDir, folder, "package.json"), "utf8"));
    const task = folder === "" ? "typecheck:root" : "typecheck";
    if (scripts[task] === undefined) throw new Error(`${folder}package.json has no script "${task}"`);
  }
}

requireTasks();
shutDownOnSignals();
const { code } = await runTurbo(["typecheck", "typecheck:root"]);
await shutDown(code);
