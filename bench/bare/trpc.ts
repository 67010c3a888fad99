// The very tRPC that packages/api runs on; bench itself depends on none.
export { fastifyTRPCPlugin } from "../../packages/api/node_modules/@trpc/server/dist/adapters/fastify/index.mjs";
export { initTRPC } from "../../packages/api/node_modules/@trpc/server/dist/index.mjs";
