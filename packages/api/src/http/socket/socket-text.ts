// Messages to sockets as text, as tRPC's adapter writes them but for the order of keys. What many hear is made JSON once.
import { isTrackedEnvelope } from "@trpc/server";
import { jsonOfVouched, writeJson } from "../../platform/call/vouched.ts";

export type SocketCallId = number | string;

export interface SocketCall {
  id: SocketCallId;
  jsonrpc: "2.0" | undefined;
  type: "query" | "mutation" | "subscription";
  path: string;
  input: unknown;
}

export interface Addressed {
  id: SocketCallId | null;
  jsonrpc?: unknown;
}

/** The answer to a query or mutation. */
export function writeResult(call: Addressed, data: unknown): string {
  return write(call, `"result":${writeData(jsonOfVouched(data) ?? writeJson(data))}`);
}

/** One event of a stream; a tracked one goes under its id. */
export function writeEvent(call: Addressed, item: unknown): string {
  if (!isTrackedEnvelope(item)) return writeResult(call, item);
  const [id, data] = item;
  const writtenId = JSON.stringify(id);
  const event = `{"id":${writtenId},"data":${jsonOfVouched(data) ?? JSON.stringify(data)}}`;
  return write(call, `"result":{"type":"data","id":${writtenId},"data":${event}}`);
}

/** That a stream has begun, or is over. */
export function writeMark(call: Addressed, mark: "started" | "stopped"): string {
  return write(call, `"result":{"type":"${mark}"}`);
}

export function writeError(call: Addressed, shape: object): string {
  return write(call, `"error":${JSON.stringify(shape)}`);
}

function writeData(json: string | undefined): string {
  return json === undefined ? '{"type":"data"}' : `{"type":"data","data":${json}}`;
}

function write({ id, jsonrpc }: Addressed, content: string): string {
  return `{"id":${JSON.stringify(id)},${jsonrpc === "2.0" ? '"jsonrpc":"2.0",' : ""}${content}}`;
}
