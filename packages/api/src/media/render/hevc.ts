// HEVC, which sharp's own libheif leaves out: decoded by another build of libheif, if it is installed. Promises: a thread
// of its own for every picture, so that none sees another's memory, and all of it is given back; bounded in time and size.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { BadPictureError } from "./bad-picture.ts";

/** The pixels of a picture, upright, eight bits a channel. */
export interface Pixels {
  data: Buffer;
  width: number;
  height: number;
  channels: 3 | 4;
}

/** What the thread answers. */
export type HevcAnswer = { data: ArrayBuffer; width: number; height: number; channels: 3 | 4 } | { reason: string };

export interface HevcTask {
  bytes: Uint8Array;
  maxPixels: number;
  /** The most memory that the decoder may take. */
  maxBytes: number;
}

const timeoutMs = 60_000;
/** Nine were measured at eight bits a channel; this is twice that, for ten bits, and some reserve. */
const bytesAPixel = 24;
const baseBytes = 64 * 1_024 * 1_024;

/** Whether the decoder is installed: it may be left out. */
export function isHevcInstalled(): boolean {
  try {
    return existsSync(fileURLToPath(import.meta.resolve("libheif-js/wasm-bundle.js")));
  } catch {
    return false;
  }
}

/** Decodes the primary picture of a HEIC. Throws BadPictureError. */
export async function decodeHevc(bytes: Uint8Array, input: { pixels: number; maxPixels: number }): Promise<Pixels> {
  const task: HevcTask = { bytes, maxPixels: input.maxPixels, maxBytes: baseBytes + input.pixels * bytesAPixel };
  const answer = await runThread(task);
  if ("reason" in answer) throw new BadPictureError("The file is damaged or incomplete.", { cause: answer.reason });
  return { ...answer, data: Buffer.from(answer.data) };
}

function runThread(task: HevcTask): Promise<HevcAnswer> {
  const thread = new Worker(new URL("./hevc.thread.ts", import.meta.url), {
    workerData: task,
    execArgv: [],
    // It complains of bad files there.
    stdout: true,
    stderr: true,
  });
  return new Promise<HevcAnswer>((resolve, reject) => {
    const timer = setTimeout(() => reject(new BadPictureError("The picture takes too long to read.")), timeoutMs);
    thread.once("message", resolve);
    thread.once("error", (error) => resolve({ reason: String(error) }));
    thread.once("exit", (code) => resolve({ reason: `the decoder ended (${code})` }));
    thread.once("exit", () => clearTimeout(timer));
  }).finally(() => thread.terminate());
}
