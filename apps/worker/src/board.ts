// The queues as a page for operators, at /queues of the worker's private port: what waits, runs, comes later and failed.
// Promises: it changes nothing (dead letters are replayed by `pnpm dead-letters`), and no request to it waits for Redis.
import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { FastifyAdapter } from "@bull-board/fastify";
import { isStoreAway } from "@pixora/api/domain";
import type { Producer } from "@pixora/jobs";
import type { FastifyInstance } from "fastify";

const path = "/queues";
const away = { message: "Redis is away" };

/** Adds the page to the worker's Fastify. */
export async function boardPlugin(app: FastifyInstance, options: { producer: Producer }): Promise<void> {
  const { producer } = options;
  const adapter = new FastifyAdapter().setBasePath(path);
  const uiConfig = { boardTitle: "Pixora" };
  const board = createBullBoard({ queues: [], serverAdapter: adapter, options: { uiConfig } });
  // Redis may also go after it was found to be there.
  app.setErrorHandler((error, _request, reply) => {
    if (isStoreAway(error)) return reply.code(503).send(away);
    throw error;
  });
  adapter.setErrorHandler((error) => {
    throw error;
  });
  let hasQueues = false;
  app.addHook("onRequest", async (_request, reply) => {
    // BullMQ would wait for as long as Redis is away, and for ever if it never was there.
    if (!producer.isConnected()) return reply.code(503).send(away);
    if (hasQueues) return;
    board.setQueues(producer.queues().map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })));
    hasQueues = true;
  });
  await app.register(adapter.registerPlugin(), { prefix: path });
}
