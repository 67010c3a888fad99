// A thread that decodes one HEIC and ends. Promise: it takes no more memory than it was told.
import { parentPort, workerData } from "node:worker_threads";
import type { HevcAnswer, HevcTask } from "./hevc.ts";

const { bytes, maxPixels, maxBytes }: HevcTask = workerData;

// The decoder asks for memory here; refused, it gives the picture up.
const grow = WebAssembly.Memory.prototype.grow;
WebAssembly.Memory.prototype.grow = function growWithin(this: WebAssembly.Memory, pages: number) {
  if (this.buffer.byteLength + pages * 65_536 > maxBytes) throw new RangeError("more memory than the picture may take");
  return grow.call(this, pages);
};

const { default: libheif } = await import("libheif-js/wasm-bundle.js");

function decode(): HevcAnswer {
  const context = libheif.heif_context_alloc();
  const read = libheif.heif_context_read_from_memory(context, bytes);
  if (read.code.value !== 0) return { reason: `libheif cannot read it (${read.code.value})` };
  const handle = libheif.heif_js_context_get_primary_image_handle(context);
  if ("code" in handle) return { reason: "no primary picture" };
  const pixels = libheif.heif_image_handle_get_width(handle) * libheif.heif_image_handle_get_height(handle);
  if (pixels > maxPixels) return { reason: "larger than it said" };
  const channels = libheif.heif_image_handle_has_alpha_channel(handle) ? 4 : 3;
  const { heif_chroma_interleaved_RGB, heif_chroma_interleaved_RGBA } = libheif.heif_chroma;
  const chroma = channels === 4 ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB;
  const decoded = libheif.heif_js_decode_image2(handle, libheif.heif_colorspace.heif_colorspace_RGB, chroma);
  if ("code" in decoded) return { reason: `libheif cannot decode it (${decoded.code.value})` };
  const [plane] = decoded.channels;
  if (plane === undefined) return { reason: "no pixels" };
  const { width, height } = plane;
  const rowBytes = width * channels;
  // Out of the decoder's memory, where rows end with room that nothing fills.
  const data = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y += 1) {
    data.set(plane.data.subarray(y * plane.stride, y * plane.stride + rowBytes), y * rowBytes);
  }
  return { data: data.buffer, width, height, channels };
}

const answer = decode();
parentPort?.postMessage(answer, "data" in answer ? [answer.data] : []);
