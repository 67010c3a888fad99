// One call to a push service. Promises: it ends within ten seconds, follows no redirect, reads next to nothing of the
// answer, and reaches no address within our walls, whatever the name's DNS says by then.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";

const timeoutMs = 10_000;
/** Shorter than servers keep theirs, so that a call seldom meets a connection that is just being closed. */
const idleMs = 4_000;
const maxAnswerBytes = 16 * 1_024;
const agentOptions = { keepAlive: true, maxSockets: 16, maxFreeSockets: 4, timeout: idleMs };
const agents = { http: new HttpAgent(agentOptions), https: new HttpsAgent(agentOptions) };

export type PushAnswer =
  | { isAnswered: true; status: number; retryAfterMs: number | undefined }
  /** `isSent`: the request was on its way, so nobody knows what became of it. */
  | { isAnswered: false; isSent: boolean; error: string };

export interface PushRequest {
  url: URL;
  headers: Record<string, string | number>;
  body: Buffer;
  /** Refuses addresses that must not be called. */
  lookup: LookupFunction;
}

/** Makes the call. Never rejects. */
export function callPushService(input: PushRequest): Promise<PushAnswer> {
  const { url, headers, body, lookup } = input;
  const isPlain = url.protocol === "http:";
  const options = { method: "POST", headers, lookup, agent: isPlain ? agents.http : agents.https };
  return new Promise((resolve) => {
    let isSent = false;
    const request = isPlain ? httpRequest(url, options) : httpsRequest(url, options);
    const deadline = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    request.on("close", () => clearTimeout(deadline));
    request.on("socket", (socket) => {
      // Over a connection that is open already it goes at once; else when it opens, encrypted or not.
      if (request.reusedSocket || !socket.connecting) isSent = true;
      else socket.once(isPlain ? "connect" : "secureConnect", () => (isSent = true));
    });
    request.on("error", (error) => resolve({ isAnswered: false, isSent, error: error.message }));
    request.on("response", (response) => {
      resolve({ isAnswered: true, status: response.statusCode ?? 0, retryAfterMs: readRetryAfter(response) });
      discard(response);
    });
    request.end(body);
  });
}

function discard(response: IncomingMessage): void {
  let byteCount = 0;
  response.on("data", (chunk: Buffer) => {
    byteCount += chunk.length;
    if (byteCount > maxAnswerBytes) response.destroy();
  });
  response.on("error", () => undefined);
}

function readRetryAfter(response: IncomingMessage): number | undefined {
  const seconds = Number(response.headers["retry-after"]);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
}
