// The load generator: a process of its own, so that what it costs is not counted as the server's. Takes orders over the
// channel of its parent.
import type { LoadOrder, LoadReport } from "./plan.ts";
import { type RequestList, runClosed, runOpen } from "./run.ts";

const lists = new Map<string, RequestList>();

function tell(report: LoadReport): void {
  process.send?.(report);
}

async function runOrder(order: Extract<LoadOrder, { type: "run" }>): Promise<void> {
  const list = lists.get(order.key);
  if (list === undefined) throw new Error(`no requests named ${order.key}`);
  const input = { ...order.plan, list, onMeasuring: () => tell({ type: "measuring" }) };
  const result = order.plan.kind === "open" ? await runOpen({ ...input, ...order.plan }) : await runClosed(input);
  tell({ type: "result", result });
}

process.on("message", (order: LoadOrder) => {
  if (order.type === "requests") {
    lists.set(order.key, { requests: order.requests, next: 0 });
    return;
  }
  runOrder(order).catch((error: unknown) => tell({ type: "failed", message: String(error) }));
});
