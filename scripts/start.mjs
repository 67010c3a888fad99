// `npm start`: from a fresh clone to a served feed. Runs on Node 20; everything after the installation is start/main.mjs.
import { continueWith } from "./services/bootstrap.mjs";

await continueWith("scripts/start/main.mjs");
