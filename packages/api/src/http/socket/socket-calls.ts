// The server's side of tRPC's WebSocket protocol: calls and streams over one socket, each stream a few small objects,
// since a process holds thousands. Promise: but for what docs/decisions/0009 names, on the wire nobody can tell it from
// tRPC's adapter.
import { callTRPCProcedure, getTRPCErrorFromUnknown, getTRPCErrorShape, TRPCError } from "@trpc/server";
import { jsonEncoder } from "@trpc/server/adapters/ws";
import { parseConnectionParamsFromUnknown } from "@trpc/server/http";
import { parseTRPCMessage, TRPC_ERROR_CODES_BY_KEY, type TRPCClientOutgoingMessage } from "@trpc/server/rpc";
import type { WebSocket } from "ws";
import type { RequestContext } from "../../platform/call/context.ts";
import { AppError, messageOf } from "../../platform/call/errors.ts";
import { isAsyncIterable } from "../../platform/call/stream.ts";
import { isRecord } from "../../platform/call/vouched.ts";
import { toTrpcError } from "../../platform/call/wire-error.ts";
import { appRouter } from "../../root.ts";
import { holdAnswer, inTurn, isLarge, requireRoom } from "../answering.ts";
import { CallQueue } from "./call-queue.ts";
import { SocketStream, type StreamOutlet } from "./socket-stream.ts";
import { type Addressed, type SocketCall, type SocketCallId, writeError, writeResult } from "./socket-text.ts";

const config = appRouter._def._config;

type ConnectionParams = ReturnType<typeof parseConnectionParamsFromUnknown>;

export interface SocketInput {
  socket: WebSocket;
  ctx: RequestContext;
  maxBatchSize: number;
  /** The client's first message introduces it, as its URL has said. */
  isIntroducing: boolean;
  /** Called once, before any call is run, with what the client introduced itself by. Throws where it may not stay. */
  welcome: (params: ConnectionParams) => Promise<void>;
}

/** Answers what comes over a socket, until it closes. */
export function serveSocket(input: SocketInput): void {
  const { socket } = input;
  const calls = new SocketCalls(input);
  socket.on("message", (data, isBinary) => calls.receive(data as Buffer, isBinary));
  socket.on("close", () => calls.stopAll());
}

/** Says nothing of the failure, as the error formatter would not. */
const unshaped = {
  code: TRPC_ERROR_CODES_BY_KEY.INTERNAL_SERVER_ERROR,
  message: messageOf("internal"),
  data: { code: "INTERNAL_SERVER_ERROR", httpStatus: 500, appCode: "internal" },
};

/** What a call without a readable path is refused as. */
const unknownCall = { path: undefined, type: "unknown", input: undefined } as const;

class SocketCalls implements StreamOutlet {
  readonly #input: SocketInput;
  readonly #streams = new Map<SocketCallId, SocketStream>();
  #isIntroduced: boolean;
  /** Made for the first call: most sockets only listen. */
  #queue: CallQueue | null = null;
  /** The welcome, while it is not done; calls wait for it, and fail with it. */
  #welcoming: Promise<void> | null = null;

  constructor(input: SocketInput) {
    this.#input = input;
    this.#isIntroduced = !input.isIntroducing;
    if (this.#isIntroduced) this.#welcome(() => null);
  }

  get isOpen(): boolean {
    const { socket } = this.#input;
    return socket.readyState === socket.OPEN;
  }

  receive(data: Buffer, isBinary: boolean): void {
    // Also the very message that broke a cap.
    if (!this.isOpen) return;
    const text = isBinary ? data : data.toString();
    if (text === "PONG") return;
    if (text === "PING") this.send("PONG");
    else if (!this.#isIntroduced) {
      this.#isIntroduced = true;
      this.#welcome(() => parseIntroduction(text));
    } else {
      for (const [batchIndex, message] of this.#parse(text).entries()) this.#take(message, batchIndex);
    }
  }

  #take(message: TRPCClientOutgoingMessage, batchIndex: number): void {
    const answer = () => this.#answer(message, batchIndex);
    // Streams are bounded by themselves, and what ends one must not wait for anything.
    if (message.method !== "query" && message.method !== "mutation") return void answer();
    this.#queue ??= new CallQueue(this.#input.socket);
    this.#queue.add(answer);
  }

  send(text: string): void {
    if (this.isOpen) this.#input.socket.send(text);
  }

  sendError(call: SocketCall, cause: unknown): void {
    this.#sendShape(call, call, cause);
  }

  forget({ id }: SocketCall): void {
    this.#streams.delete(id);
  }

  stopAll(): void {
    this.#queue?.stop();
    for (const stream of this.#streams.values()) stream.stop();
  }

  #welcome(readParams: () => ConnectionParams): void {
    const { socket, welcome } = this.#input;
    const welcoming = (async () => welcome(readParams()))();
    this.#welcoming = welcoming;
    welcoming.then(
      () => {
        this.#welcoming = null;
      },
      (error) => {
        this.#refuse({ id: null }, error);
        setImmediate(() => socket.close());
      },
    );
  }

  /** The messages of a frame, in order; none if one is no message, or they are too many. */
  #parse(text: string | Buffer): TRPCClientOutgoingMessage[] {
    try {
      const parsed: unknown = jsonEncoder.decode(text);
      if (!Array.isArray(parsed)) return [parseTRPCMessage(parsed, config.transformer)];
      if (parsed.length <= this.#input.maxBatchSize) {
        return parsed.map((message) => parseTRPCMessage(message, config.transformer));
      }
      const error = new TRPCError({ code: "BAD_REQUEST", message: "Batch call exceeds maximum size" });
      const asking = parsed.filter(isAsking);
      // Each gets the refusal, so that nobody waits for an answer that never comes.
      for (const message of asking) this.#refuse(message, error);
      if (asking.length === 0) this.#refuse({ id: null }, error);
    } catch (cause) {
      this.#refuse({ id: null }, new TRPCError({ code: "PARSE_ERROR", cause }));
    }
    return [];
  }

  #refuse(message: Addressed, cause: unknown): void {
    this.#sendShape(message, unknownCall, cause);
  }

  /** What cannot be shaped is answered all the same, and ends no process. */
  #sendShape(to: Addressed, call: SocketCall | typeof unknownCall, cause: unknown): void {
    const { ctx } = this.#input;
    const { path, type, input } = call;
    try {
      const error = cause instanceof AppError ? toTrpcError(cause) : getTRPCErrorFromUnknown(cause);
      this.send(writeError(to, getTRPCErrorShape({ config, ctx, error, path, type, input })));
    } catch (error) {
      this.send(writeError(to, unshaped));
      // Without the failure itself: what cannot be shaped may not be logged either.
      ctx.deps.log.error({ err: error, path, requestId: ctx.requestId }, "a failure could not be told");
    }
  }

  async #answer(message: TRPCClientOutgoingMessage, batchIndex: number): Promise<void> {
    const { id, jsonrpc } = message;
    if (id === null) {
      return this.#refuse(message, new TRPCError({ code: "PARSE_ERROR", message: "`id` is required" }));
    }
    if (message.method === "subscription.stop") return this.#streams.get(id)?.stop();
    const { path } = message.params;
    const call: SocketCall = { id, jsonrpc, type: message.method, path, input: inputOf(message.params) };
    try {
      if (call.type === "subscription") await this.#openStream(call, batchIndex);
      else {
        if (this.#welcoming !== null) await this.#welcoming;
        if (call.type === "query") await inTurn(this.#input.ctx, () => this.#runQuery(call, batchIndex));
        else await this.#sendResult(writeResult(call, await this.#run(call, batchIndex)));
      }
    } catch (error) {
      this.sendError(call, error);
    }
  }

  async #runQuery(call: SocketCall, batchIndex: number): Promise<void> {
    // Others of this caller may have been made meanwhile, or the socket be gone.
    if (!this.isOpen) return;
    await requireRoom(this.#input.ctx);
    await this.#sendResult(writeResult(call, await this.#run(call, batchIndex)));
  }

  /** Sends an answer, which is held for the caller until it is taken. */
  async #sendResult(text: string): Promise<void> {
    if (!isLarge(text.length)) return this.send(text);
    const release = await holdAnswer(this.#input.ctx, Buffer.byteLength(text));
    if (this.isOpen) this.#input.socket.send(text, release);
    else release();
  }

  #run(call: SocketCall, batchIndex: number): Promise<unknown> {
    const { path, type, input } = call;
    const { ctx } = this.#input;
    // No signal: a stream is ended by its reader, and a call by the timeouts of what it asks.
    const signal = undefined;
    return callTRPCProcedure({
      router: appRouter,
      path,
      getRawInput: async () => input,
      ctx,
      type,
      signal,
      batchIndex,
    });
  }

  async #openStream(call: SocketCall, batchIndex: number): Promise<void> {
    if (this.#streams.has(call.id)) throw new TRPCError({ code: "BAD_REQUEST", message: `Duplicate id ${call.id}` });
    const stream = new SocketStream(this, call);
    this.#streams.set(call.id, stream);
    try {
      if (this.#welcoming !== null) await this.#welcoming;
      if (stream.isStopped) return stream.end();
      const items = await this.#run(call, batchIndex);
      if (!isAsyncIterable(items)) throw new Error(`${call.path} answered no stream`);
      stream.begin(items[Symbol.asyncIterator]());
    } catch (error) {
      this.forget(call);
      throw error;
    }
  }
}

function parseIntroduction(text: string | Buffer): ConnectionParams {
  let message: unknown;
  try {
    message = jsonEncoder.decode(text);
    if (!isRecord(message)) throw new Error("Message was not an object");
  } catch (cause) {
    throw new TRPCError({ code: "PARSE_ERROR", message: "Malformed TRPCConnectionParamsMessage", cause });
  }
  return parseConnectionParamsFromUnknown(message.data);
}

/** Whether a message, as it came, waits for an answer. */
function isAsking(message: unknown): message is { id: SocketCallId; jsonrpc?: unknown } {
  if (!isRecord(message) || message.method === "subscription.stop") return false;
  return typeof message.id === "number" || typeof message.id === "string";
}

/** The input with where a stream goes on from. */
function inputOf({ input, lastEventId }: { input: unknown; lastEventId?: string }): unknown {
  if (lastEventId === undefined) return input;
  return isRecord(input) ? { ...input, lastEventId } : (input ?? { lastEventId });
}
