// `npm test`: every check and every test from a fresh clone. Runs on Node 20; after the installation it is testing/main.mjs.
import { continueWith } from "./services/bootstrap.mjs";

// .env configures a developer's own Pixora, which a test run must not touch.
await continueWith("scripts/testing/main.mjs", { readsEnvFile: false });
