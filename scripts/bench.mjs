// `npm run bench -- <workload>`: measures Pixora against hand-written lower bounds. Runs on Node 20; everything after the
// installation is bench/main.ts, with services and data of its own.
import { continueWith } from "./services/bootstrap.mjs";

await continueWith("bench/main.ts", { readsEnvFile: false });
