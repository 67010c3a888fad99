// The process that holds sockets and sends likes, as the workloads use it.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onShutdown } from "../../scripts/services/shutdown.mjs";
import type { LikesPlan, LikesResult, LiveOrder, LiveReport, MessageCount, SocketPlan } from "../load/live.plan.ts";
import type { Caller } from "./sessions.ts";

export interface LiveClients {
  /** Opens sockets; resolves when the stream of each runs. */
  open(sockets: readonly SocketPlan[]): Promise<void>;
  /** Sends likes at a fixed rate and waits for their events. */
  sendLikes(plan: LikesPlan): Promise<LikesResult>;
  /** What came since the call before, in all and with its mark; looks for this mark from now on. */
  count(mark: string): Promise<MessageCount>;
  close(): Promise<void>;
}

/** Starts the process; it ends with the bench. */
export function startLiveClients(): LiveClients {
  const child = fork(fileURLToPath(new URL("../load/live.ts", import.meta.url)), { serialization: "advanced" });
  onShutdown(() => child.kill("SIGTERM"));

  function ask<T extends LiveReport["type"]>(order: LiveOrder, type: T): Promise<Extract<LiveReport, { type: T }>> {
    return new Promise((resolve, reject) => {
      child.once("message", (report: LiveReport) => {
        if (report.type === type) resolve(report as Extract<LiveReport, { type: T }>);
        else
          reject(new Error(report.type === "failed" ? report.message : `an answer to something else: ${report.type}`));
      });
      child.send(order);
    });
  }

  return {
    open: async (sockets) => void (await ask({ type: "open", sockets }, "opened")),
    sendLikes: async (plan) => (await ask({ type: "likes", plan }, "likes")).result,
    count: async (mark) => (await ask({ type: "count", mark }, "count")).count,
    close: async () => void (await ask({ type: "close" }, "closed")),
  };
}

/** A socket that listens to one subscription, as Pixora's client opens it. */
export function pixoraSocket(input: {
  port: number;
  caller: Caller;
  path: string;
  params?: object;
  readyMark: string;
}): SocketPlan {
  const { port, caller, path, params = {}, readyMark } = input;
  return {
    port,
    path: "/trpc?connectionParams=1",
    hello: [
      JSON.stringify({ method: "connectionParams", data: { token: caller.token } }),
      JSON.stringify({ id: 1, method: "subscription", params: { path, input: params } }),
    ],
    readyMark,
  };
}
