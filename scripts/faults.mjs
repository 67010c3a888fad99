// `npm run faults -- [--seed 7] [--people 100] …`: what the system does when everything around it breaks. Runs on Node 20;
// everything after the installation is faults/main.ts, with PostgreSQL and Redis of its own.
import { continueWith } from "./services/bootstrap.mjs";

await continueWith("scripts/faults/main.ts", { readsEnvFile: false });
