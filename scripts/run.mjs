// `pnpm <task>` (generate, migrate, seed, studio, reset, server, worker): one task with the services it needs.
// Runs on Node 20; everything after the installation is tasks/main.mjs.
import { continueWith } from "./services/bootstrap.mjs";

await continueWith("scripts/tasks/main.mjs");
