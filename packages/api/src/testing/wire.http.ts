// Calls as a client makes them over HTTP, with a source address of choice: one at a time (typed), in batches, or raw.
import { Agent, type IncomingHttpHeaders, type RequestOptions, request } from "node:http";
import { type WireClient, WireError, type WireErrorShape } from "./wire.client.ts";

/** Who calls, and from where. */
export interface Caller {
  token?: string;
  /** A source address of this machine: 127.0.0.2 is another caller than 127.0.0.1. */
  from?: string;
  headers?: Record<string, string>;
}

export interface WireAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** One call of a batch, and its end. */
export interface BatchedCall {
  path: string;
  input?: unknown;
}
export type BatchedAnswer = { ok: true; data: unknown } | { ok: false; error: WireError };

export interface WireHttp {
  client(caller?: Caller): WireClient;
  /** Up to 50 calls in one request, of one kind or mixed; each ends for itself. */
  batch(calls: readonly BatchedCall[], caller?: Caller): Promise<BatchedAnswer[]>;
  /** One request as it is; `write` may send the body in pieces instead of `body`. */
  request(input: RawRequest): Promise<WireAnswer>;
  close(): void;
}

export interface RawRequest extends Caller {
  method?: string;
  path: string;
  body?: string | Buffer;
}

type Envelope = { result: { data: unknown } } | { error: WireErrorShape };

/** HTTP to a server on this machine. */
export function createWireHttp(port: number): WireHttp {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });

  async function send(raw: RawRequest): Promise<WireAnswer> {
    const answer = await sendRequest({ ...raw, port, agent });
    if (answer.text.includes('"appCode"')) {
      const { refuseUnlistedErrors } = await import("./listed-errors.ts");
      refuseUnlistedErrors(parseJson(answer.text));
    }
    return answer;
  }

  async function post(path: string, body: unknown, caller: Caller): Promise<unknown> {
    const answer = await send({
      ...caller,
      method: "POST",
      path: `/trpc/${path}`,
      body: body === undefined ? "" : JSON.stringify(body),
      headers: { "content-type": "application/json", ...caller.headers },
    });
    return JSON.parse(answer.text);
  }

  async function call(path: string, input: unknown, caller: Caller): Promise<unknown> {
    const ended = endOf((await post(path, input, caller)) as Envelope);
    if (!ended.ok) throw ended.error;
    return ended.data;
  }

  return {
    // The proxies make a procedure of every name: the type is what knows them.
    client: (caller = {}) =>
      named((room) => named((name) => (input: unknown) => call(`${room}.${name}`, input, caller))) as WireClient,
    async batch(calls, caller = {}) {
      const paths = calls.map((one) => one.path).join(",");
      const body = Object.fromEntries(calls.map((one, index) => [index, one.input]));
      return ((await post(`${paths}?batch=1`, body, caller)) as Envelope[]).map(endOf);
    },
    request: send,
    close: () => agent.destroy(),
  };
}

/** Null for what is no JSON, such as JSON lines and events. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function named(make: (name: string) => unknown): unknown {
  return new Proxy({}, { get: (_target, name) => (typeof name === "string" ? make(name) : undefined) });
}

function endOf(envelope: Envelope): BatchedAnswer {
  if ("error" in envelope) return { ok: false, error: new WireError(envelope.error) };
  return { ok: true, data: envelope.result.data };
}

function sendRequest(input: RawRequest & { port: number; agent: Agent }): Promise<WireAnswer> {
  const { port, agent, body, from, method = "GET", path } = input;
  const options: RequestOptions = { host: "127.0.0.1", port, agent, method, path, headers: { ...input.headers } };
  if (from !== undefined) options.localAddress = from;
  if (input.token !== undefined) options.headers = { ...input.headers, authorization: `Bearer ${input.token}` };
  return new Promise((resolve, reject) => {
    const outgoing = request(options, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("end", () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text: Buffer.concat(parts).toString("utf8"),
        }),
      );
      incoming.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
