// Renders pictures in processes of their own. Promises: what a picture does to its process happens to that picture alone;
// no more at once than processors and memory allow; without work no process stays, and none outlives this one.
import { type ChildProcess, fork } from "node:child_process";
import { createGate } from "../../platform/flow/gate.ts";
import type { MediaPurpose } from "../media.schema.ts";
import { BadPictureError } from "./bad-picture.ts";
import type { RenderedPicture } from "./render.ts";

interface PictureRequest {
  bytes: Uint8Array;
  purpose: MediaPurpose;
  isHeicTaken: boolean;
}

/** What a child is told: to look at a picture, and then to begin with it. */
export type RenderRequest = PictureRequest | "go";

/** What a child answers. */
export type RenderReply =
  | { kind: "estimated"; bytes: number }
  | { kind: "rendered"; picture: RenderedPicture; residentBytes: number }
  | { kind: "refused"; reason: string }
  | { kind: "failed"; error: string };

export interface RenderPool {
  /** Makes the files of a picture. Throws BadPictureError, also where the process ended twice, or did not end in time. */
  render(input: PictureRequest): Promise<RenderedPicture>;
}

export interface RenderPoolInput {
  /** Processes at once. */
  size: number;
  /** For all of them together; what needs more than that runs alone. */
  memoryBytes: number;
  timeoutMs: number;
  /** How long a process waits for work. */
  idleMs: number;
  /** Of the child; tests have others. */
  script?: URL;
}

/** A process that still holds more than this after a large picture is replaced by a new one. */
const maxRestingBytes = 256 * 1_024 * 1_024;

/** The child ended by itself, or by a signal. */
class ChildEndedError extends Error {}

export function createRenderPool(input: RenderPoolInput): RenderPool {
  const slots = createGate(input.size);
  const memory = createGate(input.memoryBytes);
  const idle: { child: ChildProcess; timer: NodeJS.Timeout }[] = [];

  function takeChild(): ChildProcess {
    for (let free = idle.pop(); free !== undefined; free = idle.pop()) {
      clearTimeout(free.timer);
      if (isAlive(free.child)) return hold(free.child);
    }
    return startChild(input.script ?? new URL("./render.child.ts", import.meta.url));
  }

  function giveBack(child: ChildProcess): void {
    letGo(child);
    const entry = { child, timer: setTimeout(() => retire(), input.idleMs).unref() };
    const retire = () => {
      idle.splice(idle.indexOf(entry), 1);
      child.kill("SIGKILL");
    };
    idle.push(entry);
  }

  async function renderOnce(request: PictureRequest): Promise<RenderedPicture> {
    const child = takeChild();
    let isKept = false;
    try {
      const estimate = await ask(child, { request, timeoutMs: input.timeoutMs });
      const reply =
        estimate.kind === "estimated"
          ? await memory.pass(() => ask(child, { request: "go", timeoutMs: input.timeoutMs }), estimate.bytes)
          : estimate;
      isKept = reply.kind === "refused" || (reply.kind === "rendered" && reply.residentBytes <= maxRestingBytes);
      return pictureOf(reply);
    } finally {
      if (isKept) giveBack(child);
      else child.kill("SIGKILL");
    }
  }

  return {
    render: (request) =>
      slots.pass(async () => {
        try {
          return await renderOnce(request);
        } catch (error) {
          if (!(error instanceof ChildEndedError)) throw error;
        }
        // The system may have ended it because others took the memory: a second try decides.
        return renderOnce(request).catch((error) => {
          if (error instanceof ChildEndedError) throw new BadPictureError("The picture could not be read.");
          throw error;
        });
      }),
  };
}

function pictureOf(reply: RenderReply): RenderedPicture {
  if (reply.kind === "rendered") return reply.picture;
  if (reply.kind === "refused") throw new BadPictureError(reply.reason);
  throw new Error(reply.kind === "failed" ? reply.error : "a picture was estimated twice");
}

function startChild(script: URL): ChildProcess {
  const child = fork(script, {
    execArgv: [],
    // Buffers as they are.
    serialization: "advanced",
    env: {
      ...pick(process.env, ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TZ"]),
      // glibc's arenas, one for each of its threads, would keep twice the memory.
      MALLOC_ARENA_MAX: "2",
    },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  // Whoever waits for its answer notices the failure too.
  child.on("error", () => undefined);
  return child;
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

function isAlive(child: ChildProcess): boolean {
  return child.connected && child.exitCode === null && child.signalCode === null;
}

/** Keeps this process running for the child's answer. */
function hold(child: ChildProcess): ChildProcess {
  child.ref();
  child.channel?.ref();
  return child;
}

function letGo(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}

function ask(child: ChildProcess, input: { request: RenderRequest; timeoutMs: number }): Promise<RenderReply> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => () => {
      clearTimeout(timer);
      child.off("message", onMessage);
      child.off("exit", onEnd);
      child.off("error", onEnd);
      end();
    };
    const onMessage = (reply: RenderReply) => settle(() => resolve(reply))();
    const onEnd = settle(() => reject(new ChildEndedError("the process of a picture ended")));
    const onLate = settle(() => reject(new BadPictureError("The picture takes too long to read.")));
    const timer = setTimeout(onLate, input.timeoutMs);
    child.on("message", onMessage);
    child.on("exit", onEnd);
    child.on("error", onEnd);
    child.send(input.request, (error) => {
      if (error !== null) onEnd();
    });
  });
}
