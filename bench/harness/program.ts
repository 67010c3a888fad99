// A measured program in a process of its own: Pixora's server or worker as they are, or one of bench/bare.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { rootDir } from "../../scripts/services/bootstrap.mjs";
import { pickPort } from "../../scripts/services/process.mjs";
import { onShutdown } from "../../scripts/services/shutdown.mjs";
import type { ProbeAnswer, ProbeQuestion } from "./probe.ts";
import { benchDir } from "./services.ts";

type AnswerOf<T extends ProbeAnswer["type"]> = Extract<ProbeAnswer, { type: T }>;

export interface Program {
  name: string;
  pid: number;
  port: number;
  /** After forced garbage collections. */
  readMemory(): Promise<AnswerOf<"memory">>;
  /** Starts to watch the event loop anew. */
  watchDelay(): void;
  /** How late the event loop was since then. */
  readDelay(): Promise<AnswerOf<"delay">>;
  stop(): Promise<void>;
}

export interface ProgramInput {
  name: string;
  /** From the root of the repository. */
  script: string;
  env: Record<string, string>;
  /** The variable that tells it its port, and the path that answers 200 when it is ready. */
  portName?: string;
  readyPath?: string;
  /** Writes a CPU profile to .pixora/bench/profiles when it stops. */
  isProfiled?: boolean;
}

/** Programs started so far: two of one name keep profiles of their own. */
let started = 0;

/** Starts a program and waits until it is ready. It is stopped with the bench, at the latest. */
export async function startProgram(input: ProgramInput): Promise<Program> {
  const { name, script, portName = "PORT", readyPath = "/healthz" } = input;
  const port = await pickPort();
  started += 1;
  const profileName = `${name}-${started}.cpuprofile`;
  const profile = ["--cpu-prof", `--cpu-prof-dir=${join(benchDir, "profiles")}`, `--cpu-prof-name=${profileName}`];
  const child = fork(join(rootDir, script), {
    cwd: rootDir,
    execArgv: [
      "--expose-gc",
      // As Pixora's server is run.
      "--max-semi-space-size=64",
      "--import",
      join(rootDir, "bench/harness/probe.ts"),
      ...(input.isProfiled ? profile : []),
    ],
    env: { PATH: process.env.PATH ?? "", TZ: "UTC", HOST: "127.0.0.1", ...input.env, [portName]: String(port) },
  });
  if (child.pid === undefined) throw new Error(`${name} did not start`);
  const stop = () => stopChild(child);
  onShutdown(stop);
  await waitUntilReady(child, { name, url: `http://127.0.0.1:${port}${readyPath}` });
  return { name, pid: child.pid, port, stop, ...probeOf(child) };
}

function probeOf(child: ChildProcess): Pick<Program, "readMemory" | "watchDelay" | "readDelay"> {
  async function ask<T extends ProbeAnswer["type"]>(question: ProbeQuestion & T): Promise<AnswerOf<T>> {
    const heard = once(child, "message");
    child.send(question);
    const [answer] = await heard;
    return answer as AnswerOf<T>;
  }
  return {
    readMemory: () => ask("memory"),
    watchDelay: () => void child.send("watchDelay" satisfies ProbeQuestion),
    readDelay: () => ask("delay"),
  };
}

async function waitUntilReady(child: ChildProcess, input: { name: string; url: string }): Promise<void> {
  const deadlineMs = performance.now() + 30_000;
  while (performance.now() < deadlineMs) {
    if (child.exitCode !== null) throw new Error(`${input.name} ended before it was ready`);
    const answer = await fetch(input.url, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok === true) return;
    await sleep(50);
  }
  throw new Error(`${input.name} was not ready in time`);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await exited;
  clearTimeout(timer);
}
