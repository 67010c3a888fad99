// `npm run pack [folder]`: makes the tarballs that others install. Runs on Node 20; everything after the installation is
// pack/main.mjs.
import { continueWith } from "./services/bootstrap.mjs";

await continueWith("scripts/pack/main.mjs", { readsEnvFile: false });
