// `npm run build`: turbo tasks by their names, in every package that has them.
import { shutDown, shutDownOnSignals } from "../services/shutdown.mjs";
import { runTurbo } from "./run.mjs";

shutDownOnSignals();
const { code } = await runTurbo(process.argv.slice(2));
await shutDown(code);
