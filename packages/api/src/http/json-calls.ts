// The usual calls, by a short way: JSON queries and mutations, alone or in a batch, straight from Fastify's request to the
// procedures. tRPC's adapter makes a Request, a Response, several signals and a stream of each, which weighs on small
// calls. Promise: whatever is in any way unusual is left to the adapter, which alone refuses.
import { type AnyTRPCProcedure, getTRPCErrorFromUnknown, getTRPCErrorShape, type TRPCError } from "@trpc/server";
import { getHTTPStatusCode } from "@trpc/server/http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { RequestContext } from "../platform/call/context.ts";
import { AppError } from "../platform/call/errors.ts";
import { writeJson } from "../platform/call/vouched.ts";
import { toTrpcError } from "../platform/call/wire-error.ts";
import { appRouter } from "../root.ts";
import { holdAnswer, inTurn, isLarge, mayBePressed, requireRoom, whenOver } from "./answering.ts";

const config = appRouter._def._config;
// Its type is nested as the routers are; at run time it is flat, a procedure a path.
const procedures = new Map(Object.entries(appRouter._def.procedures as object as Record<string, AnyTRPCProcedure>));

type CallType = "query" | "mutation";

interface JsonCall {
  path: string;
  procedure: AnyTRPCProcedure;
  input: unknown;
}

export interface JsonCalls {
  isBatch: boolean;
  /** Of all calls. */
  type: CallType;
  calls: JsonCall[];
}

/** The calls of a request, or null for one that only the adapter understands. */
export function readJsonCalls(
  request: FastifyRequest,
  input: { path: string; maxBatchSize: number },
): JsonCalls | null {
  if (!isPlainJson(request)) return null;
  const query = request.query as Record<string, unknown>;
  if ("connectionParams" in query) return null;
  const isBatch = query.batch === "1";
  const paths = isBatch ? input.path.split(",") : [input.path];
  if (paths.length > input.maxBatchSize) return null;
  const found = paths.map((path) => procedures.get(path));
  const type = typeOf(found, request.method);
  const inputs = readInputs(request.method === "GET" ? query.input : request.body, { isBatch });
  if (type === null || inputs === null) return null;
  const calls = paths.flatMap((path, index): JsonCall[] => {
    const procedure = found[index];
    return procedure === undefined ? [] : [{ path, procedure, input: inputs[index] }];
  });
  return { isBatch, type, calls };
}

function isPlainJson(request: FastifyRequest): boolean {
  const { headers, method } = request;
  if (headers["trpc-accept"] !== undefined || headers.accept?.includes("jsonl")) return false;
  const contentType = headers["content-type"];
  return contentType === "application/json" || (method === "GET" && contentType === undefined);
}

/** The one type that all of them are of, if the method may call it; null also where one is missing. */
function typeOf(found: (AnyTRPCProcedure | undefined)[], method: string): CallType | null {
  const [type, ...others] = new Set(found.map((procedure) => procedure?._def.type));
  if (others.length > 0) return null;
  if (type === "query" && (method === "GET" || method === "POST")) return type;
  return type === "mutation" && method === "POST" ? type : null;
}

/** What each call was sent, by its index; null for what only the adapter can name. */
function readInputs(text: unknown, { isBatch }: { isBatch: boolean }): Record<number, unknown> | null {
  if (text === undefined || text === null || text === "") return {};
  if (typeof text !== "string") return null;
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isBatch) return { 0: parsed };
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null;
  } catch {
    return null;
  }
}

type Answer = { result: { data: unknown } } | { error: ReturnType<typeof getTRPCErrorShape> };

function write(answer: Answer): string {
  if ("error" in answer) return JSON.stringify(answer);
  const data = writeJson(answer.result.data);
  return data === undefined ? '{"result":{}}' : `{"result":{"data":${data}}}`;
}

type Tried = { answer: Answer; error: TRPCError | undefined };
type Ended = Tried & { text: string };

/** Runs the calls side by side, of queries a few at a time, each ending for itself, and sends their answers. */
export async function answerJsonCalls(
  { isBatch, type, calls }: JsonCalls,
  input: { ctx: RequestContext; reply: FastifyReply },
): Promise<void> {
  const { ctx, reply } = input;
  // What changes something answers with little, and is worth most when it goes together.
  const held: (() => void)[] = [];
  const takesTurns = type === "query" && calls.length > 1;
  const ended = await Promise.all(
    calls.map((call, batchIndex) => {
      const run = () => endCall(call, { ctx, held, type, batchIndex });
      return takesTurns ? inTurn(ctx, run) : run();
    }),
  );
  if (held.length > 0) {
    whenOver(reply, () => {
      for (const release of held) release();
    });
  }
  const errors = ended.map(({ error }) => error);
  const status = errors.every((error) => error === undefined)
    ? 200
    : getHTTPStatusCode(ended.map(({ answer }) => answer) as never, errors as never);
  const texts = ended.map(({ text }) => text);
  await reply
    .code(status)
    .header("vary", "trpc-accept, accept")
    .header("content-type", "application/json")
    .send(isBatch ? `[${texts.join(",")}]` : texts.join(""));
}

/** Runs a call and writes its answer, which is held for the caller until the request is over. */
async function endCall(
  call: JsonCall,
  how: { ctx: RequestContext; held: (() => void)[]; type: CallType; batchIndex: number },
): Promise<Ended> {
  const { ctx, held } = how;
  const { answer, error } = await runCall(call, how);
  const text = write(answer);
  if (!isLarge(text.length)) return { answer: withoutData(answer), text, error };
  try {
    held.push(await holdAnswer(ctx, Buffer.byteLength(text)));
    return { answer: withoutData(answer), text, error };
  } catch (cause) {
    const refused = failedCall(call, { ...how, cause });
    return { ...refused, text: write(refused.answer) };
  }
}

const succeeded: Answer = { result: { data: null } };

/** What the status is found by: the rest stands in the text already. */
function withoutData(answer: Answer): Answer {
  return "error" in answer ? answer : succeeded;
}

async function runCall(
  call: JsonCall,
  how: { ctx: RequestContext; type: CallType; batchIndex: number },
): Promise<Tried> {
  const { path, procedure, input } = call;
  const { ctx, type, batchIndex } = how;
  try {
    // Nothing is waited for while nobody is pressed.
    if (type === "query" && mayBePressed(ctx)) await requireRoom(ctx);
    const getRawInput = async () => input;
    const data = await procedure({ path, getRawInput, ctx, type, signal: undefined, batchIndex });
    return { answer: { result: { data } }, error: undefined };
  } catch (cause) {
    return failedCall(call, { ...how, cause });
  }
}

function failedCall(
  { path, input }: JsonCall,
  { ctx, type, cause }: { ctx: RequestContext; type: CallType; cause: unknown },
): Tried {
  const error = cause instanceof AppError ? toTrpcError(cause) : getTRPCErrorFromUnknown(cause);
  return { answer: { error: getTRPCErrorShape({ config, ctx, error, input, path, type }) }, error };
}
