// The deps that domain functions run with, in a program that has nothing else of Pixora's server around them.
import { readApiConfig } from "../../packages/api/src/platform/process/config.ts";
import { createDeps } from "../../packages/api/src/platform/process/create-deps.ts";
import type { Deps } from "../../packages/api/src/platform/process/deps.ts";
import { createLog } from "../../packages/api/src/platform/process/log.ts";

/** Opens deps on the environment that bench programs get. */
export function openDomain(): Deps {
  const config = readApiConfig(process.env);
  const log = createLog({ level: config.LOG_LEVEL, name: "bench" });
  return createDeps({ config, log, applicationName: "pixora-bench" });
}
