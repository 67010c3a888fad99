// Runs a program for the test run and ends it when the run is interrupted.
import { spawn } from "node:child_process";
import { rootDir } from "../services/bootstrap.mjs";
import { onShutdown } from "../services/shutdown.mjs";

/** Gives { code, output }; quiet keeps the output for the caller, else it goes to the terminal as it comes. */
export function runProgram({ file, args, env = process.env, isQuiet = false }) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: rootDir, env, stdio: isQuiet ? ["ignore", "pipe", "pipe"] : "inherit" });
    const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
    onShutdown(() => !hasEnded() && child.kill("SIGTERM") && new Promise((ended) => child.once("exit", ended)));
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
