// The load generator as the workloads use it: starts the process, sends request lists once, runs plans.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ClosedPlan, LoadOrder, LoadReport, LoadResult, OpenPlan, PreparedRequest } from "../load/plan.ts";

type PlanWithoutRequests = Omit<ClosedPlan, "requests"> | Omit<OpenPlan, "requests">;

export interface Generator {
  pid: number;
  /** Gives the generator a list of requests, under a name. */
  prepare(key: string, requests: readonly PreparedRequest[]): void;
  /** Runs a plan; `onMeasuring` is called when the warm-up is over. */
  run(key: string, plan: PlanWithoutRequests, onMeasuring?: () => void): Promise<LoadResult>;
  stop(): void;
}

/** Starts the process. */
export function startGenerator(): Generator {
  const child = fork(fileURLToPath(new URL("../load/main.ts", import.meta.url)), { serialization: "advanced" });
  if (child.pid === undefined) throw new Error("the load generator did not start");

  function send(order: LoadOrder): void {
    child.send(order);
  }

  return {
    pid: child.pid,
    prepare: (key, requests) => send({ type: "requests", key, requests }),
    run(key, plan, onMeasuring = () => {}) {
      return new Promise((resolve, reject) => {
        function settle(work: () => void): void {
          child.off("message", hear);
          child.off("exit", lose);
          work();
        }
        function lose(): void {
          settle(() => reject(new Error("the load generator ended")));
        }
        function hear(report: LoadReport): void {
          if (report.type === "measuring") onMeasuring();
          else if (report.type === "result") settle(() => resolve(report.result));
          else settle(() => reject(new Error(report.message)));
        }
        child.on("message", hear);
        child.on("exit", lose);
        send({ type: "run", key, plan });
      });
    },
    stop: () => void child.kill("SIGTERM"),
  };
}
