// Loaded into measured Node programs with --import: answers questions about their memory and event loop over the channel
// of the process that started them. Costs nothing while nobody asks.
import { monitorEventLoopDelay } from "node:perf_hooks";

export type ProbeQuestion = "memory" | "watchDelay" | "delay";

export type ProbeAnswer =
  | { type: "memory"; heapUsedBytes: number; residentBytes: number; externalBytes: number }
  | { type: "delay"; p50Ms: number; p99Ms: number; maxMs: number };

const releasing = { type: "major", execution: "sync", flavor: "last-resort" } as const;

const resolutionMs = 1;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });

function answerOf(question: ProbeQuestion): ProbeAnswer | null {
  switch (question) {
    case "memory": {
      // Twice: what the first one frees may hold on to more by finalizers. This flavour gives free pages back to the
      // system; what the heap keeps for garbage to come would count as resident otherwise.
      globalThis.gc?.(releasing);
      globalThis.gc?.(releasing);
      const { heapUsed, rss, external } = process.memoryUsage();
      return { type: "memory", heapUsedBytes: heapUsed, residentBytes: rss, externalBytes: external };
    }
    case "watchDelay":
      delay.enable();
      delay.reset();
      return null;
    case "delay": {
      // The histogram counts the whole interval of its timer; what is above it is delay.
      const toMs = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
      return {
        type: "delay",
        p50Ms: toMs(delay.percentile(50)),
        p99Ms: toMs(delay.percentile(99)),
        maxMs: toMs(delay.max),
      };
    }
  }
}

process.on("message", (question: ProbeQuestion) => {
  const answer = answerOf(question);
  if (answer !== null) process.send?.(answer);
});
// The channel alone must not keep a program alive that wants to end.
process.channel?.unref();
