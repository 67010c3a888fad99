// HEIC for tests: an encoder of HEVC (kvazaar, in elheif), which no pipeline of ours has.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

interface Encoder {
  jsEncodeImage(rgba: Uint8Array, width: number, height: number): { err: string; data: Uint8Array };
}

let opened: Promise<Encoder> | undefined;

/** Encodes pixels, four bytes each, eight bits a channel. */
export async function encodeHeic(input: { rgba: Uint8Array; width: number; height: number }): Promise<Buffer> {
  opened ??= openEncoder();
  const { err, data } = (await opened).jsEncodeImage(input.rgba, input.width, input.height);
  if (err !== "") throw new Error(`elheif: ${err}`);
  return Buffer.from(data);
}

async function openEncoder(): Promise<Encoder> {
  const path = createRequire(import.meta.url).resolve("elheif/pkg/elheif-wasm.js");
  // It is written for CommonJS, and leaves what starts it where all can see it.
  const place = Object.assign(globalThis as Record<string, unknown>, {
    require: createRequire(import.meta.url),
    __dirname: dirname(fileURLToPath(import.meta.url)),
  });
  await import(path);
  const start = place.__init__ELHEIF_MODULE as (module: object) => void;
  const module: Partial<Encoder> & { onRuntimeInitialized?: () => void } = {};
  await new Promise<void>((resolve) => {
    module.onRuntimeInitialized = resolve;
    start(module);
  });
  const { jsEncodeImage } = module;
  if (jsEncodeImage === undefined) throw new Error("elheif did not start");
  return { jsEncodeImage };
}
