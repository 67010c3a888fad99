// How messages are written to WebSockets: as tRPC writes them, but an event that many hear is made JSON once.
import { type Encoder, jsonEncoder } from "@trpc/server/adapters/ws";
import { jsonOfVouched } from "../platform/vouched.ts";

interface EventMessage {
  id: unknown;
  jsonrpc?: unknown;
  result: { type: "data"; data: unknown };
}

function isEvent(message: unknown): message is EventMessage {
  if (typeof message !== "object" || message === null || !("result" in message)) return false;
  const { result } = message;
  return typeof result === "object" && result !== null && "type" in result && result.type === "data";
}

export const socketEncoder: Encoder = {
  encode(message) {
    const json = isEvent(message) ? jsonOfVouched(message.result.data) : null;
    if (json === null) return jsonEncoder.encode(message);
    const { id, jsonrpc } = message as EventMessage;
    // The envelope with nothing in it, and the event put in before its two closing brackets.
    const envelope = JSON.stringify({ id, jsonrpc, result: { type: "data" } });
    return `${envelope.slice(0, -2)},"data":${json}}}`;
  },
  decode: jsonEncoder.decode,
};
