// `npm run test:proxies [name …]`: installs the proxies of docs/PROXIES.md from the system's packages and runs their walk,
// with 70 seconds of silence. Runs on Node 20; everything after the installation is proxies/main.mjs.
import { continueWith } from "./services/bootstrap.mjs";

await continueWith("scripts/proxies/main.mjs", { readsEnvFile: false });
