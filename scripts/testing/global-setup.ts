// Before any test file: PostgreSQL and Redis (those of `npm test`, else started here, so that `npx vitest run <path>`
// works alone), the generated client, and a migrated template database that tests copy. Hands over environment only.

import { openTestServices } from "../services/open.mjs";
import { generateClient, prepareTemplate, TEMPLATE_NAME } from "../services/prisma.mjs";
import { makeLog } from "../services/progress.mjs";
import { testVariables } from "./environment.mjs";

export async function setup(): Promise<() => Promise<void>> {
  const log = makeLog();
  const [services] = await Promise.all([
    openTestServices({ log, keepDatabases: [TEMPLATE_NAME] }),
    generateClient({ log }),
  ]);
  try {
    await prepareTemplate({ adminUrl: services.databaseUrl, log });
  } catch (error) {
    await services.stop();
    throw error;
  }
  Object.assign(process.env, testVariables(services));
  return services.stop;
}
