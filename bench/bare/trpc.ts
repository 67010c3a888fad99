// The tRPC that packages/api runs on, at its version.

export { initTRPC } from "@trpc/server";
export { fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
