// What a request reads that is refused before any procedure is reached: under /trpc in the shape that tRPC's clients
// expect, or they would take it for a broken connection and try again.
import { getTRPCErrorShape, TRPCError } from "@trpc/server";
import type { FastifyReply, FastifyRequest } from "fastify";
import { nameRequest } from "../platform/call/wire-error.ts";
import { appRouter } from "../root.ts";

const codes: Record<number, TRPCError["code"]> = {
  400: "BAD_REQUEST",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  408: "TIMEOUT",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  429: "TOO_MANY_REQUESTS",
  503: "SERVICE_UNAVAILABLE",
};

/** Answers with a status and a message that tells nothing of the inside. */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, message }: { status: number; message: string },
): FastifyReply {
  if (!request.url.startsWith("/trpc/")) return reply.code(status).send({ message, requestId: request.id });
  const code = codes[status] ?? (status >= 500 ? "INTERNAL_SERVER_ERROR" : "BAD_REQUEST");
  const error = new TRPCError({ code, message });
  nameRequest(error, request.id);
  const config = appRouter._def._config;
  const shape = getTRPCErrorShape({
    config,
    error,
    type: "unknown",
    path: undefined,
    input: undefined,
    ctx: undefined,
  });
  return reply.code(status).send({ error: shape });
}
