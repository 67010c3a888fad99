// What the load generator is told, and what it tells: plain objects that travel between two processes.
import type { Spread } from "../harness/stats.ts";

/** A request as it goes over the wire, and a text that a right answer holds. */
export interface PreparedRequest {
  text: string;
  expect?: string;
}

interface Plan {
  port: number;
  connections: number;
  warmUpMs: number;
  measureMs: number;
  /** Sent in this order, over and over, across all connections and from one plan to the next. */
  requests: readonly PreparedRequest[];
}

/** As many requests as the answers let through: each connection sends its next when it has its answer. */
export interface ClosedPlan extends Plan {
  kind: "closed";
}

/** Requests at a fixed rate, whatever the answers do. Latency counts from when a request was due. */
export interface OpenPlan extends Plan {
  kind: "open";
  perSecond: number;
}

export interface LoadResult {
  /** Right answers within the measured time. */
  count: number;
  /** Answers of another status, without the expected text, or none at all, warm-up included. */
  errors: number;
  /** The first wrong answer, for a person. */
  firstError: string | null;
  measuredMs: number;
  latencyMs: Spread;
  /** How late the generator itself was in sending, at worst of 99 %; 0 for closed plans. */
  lagP99Ms: number;
}

/** From the generator: the warm-up is over, or all is. */
export type LoadReport =
  | { type: "measuring" }
  | { type: "result"; result: LoadResult }
  | { type: "failed"; message: string };

/** To the generator. Requests are sent once and named by a key afterwards: some lists are large. */
export type LoadOrder =
  | { type: "requests"; key: string; requests: readonly PreparedRequest[] }
  | { type: "run"; key: string; plan: Omit<ClosedPlan, "requests"> | Omit<OpenPlan, "requests"> };

/** A request text. `body` is sent as JSON. */
export function requestText(input: { method?: string; path: string; token?: string; body?: unknown }): string {
  const lines = [
    `${input.method ?? (input.body === undefined ? "GET" : "POST")} ${input.path} HTTP/1.1`,
    "host: bench",
  ];
  if (input.token !== undefined) lines.push(`authorization: Bearer ${input.token}`);
  const body = input.body === undefined ? "" : JSON.stringify(input.body);
  if (body !== "") lines.push("content-type: application/json", `content-length: ${Buffer.byteLength(body)}`);
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** A tRPC query or mutation as its HTTP client sends it, unbatched. */
export function trpcRequest(input: { path: string; token?: string; input?: unknown; isMutation?: boolean }): string {
  const { path, token } = input;
  const tokenPart = token === undefined ? {} : { token };
  if (input.isMutation === true) {
    return requestText({ method: "POST", path: `/trpc/${path}`, body: input.input ?? {}, ...tokenPart });
  }
  const query = input.input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input.input))}`;
  return requestText({ path: `/trpc/${path}${query}`, ...tokenPart });
}
