// `npm run test:packages`: installs what `npm run pack` makes in empty projects and tries it there. Needs the npm registry;
// runs on Node 20, everything after the installation is packages/main.mjs.
import { continueWith } from "./services/bootstrap.mjs";

await continueWith("scripts/packages/main.mjs", { readsEnvFile: false });
