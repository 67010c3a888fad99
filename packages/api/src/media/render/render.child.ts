// A process that renders pictures for a worker, one at a time, until it is left. Promises: it has no address or key of
// anything; where memory runs out it goes before its worker; with its worker it ends at once.
import { writeFileSync } from "node:fs";
import { BadPictureError } from "./bad-picture.ts";
import type { RenderReply, RenderRequest } from "./pool.ts";
import { renderPicture } from "./render.ts";

process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// Signals to a whole group are for the worker, which ends this process when it is done.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
volunteer();

let permit: () => void = () => undefined;

process.on("message", (request: RenderRequest) => {
  if (request === "go") permit();
  else void render(request).then((reply) => process.send?.(reply));
});

async function render({ bytes, ...input }: Exclude<RenderRequest, "go">): Promise<RenderReply> {
  try {
    const whenRoomFor = (estimatedBytes: number) =>
      new Promise<void>((resolve) => {
        permit = resolve;
        process.send?.({ kind: "estimated", bytes: estimatedBytes } satisfies RenderReply);
      });
    const picture = await renderPicture(bytes, { ...input, whenRoomFor });
    return { kind: "rendered", picture, residentBytes: process.memoryUsage.rss() };
  } catch (error) {
    if (error instanceof BadPictureError) return { kind: "refused", reason: error.message };
    return { kind: "failed", error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Linux ends this process before others when memory runs out. Elsewhere nothing is lost. */
function volunteer(): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", "500");
  } catch {
    // There is no such file, or it is not ours to write.
  }
}
