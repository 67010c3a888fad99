// `npm run test:runtimes [name …]`: the packed SDK in every runtime that frontends use, each from npm. Needs the registry;
// runs on Node 20, everything after the installation is runtimes/main.ts.
import { continueWith } from "./services/bootstrap.mjs";

await continueWith("scripts/runtimes/main.ts", { readsEnvFile: false });
