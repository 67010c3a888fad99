// The page of the queues when Redis goes between the look for it and the answer. On a real Redis that is killed.
import { createProducer, type Producer } from "@pixora/jobs";
import { fastify } from "fastify";
import { expect, test } from "vitest";
import { boardPlugin } from "./board.ts";

const refusal = { statusCode: 503, body: { message: "Redis is away" } };

test("a Redis that has just gone is told as one that is away", async () => {
  const services = await import(process.env.PIXORA_TEST_SERVICES ?? "");
  const redis = await services.startRedis();
  const producer = createProducer({ redisUrl: redis.url, prefix: "board", onError: () => undefined });
  const stillThere: Producer = { ...producer, isConnected: () => true };
  const app = fastify();
  try {
    await new Promise<void>((resolve) => producer.onConnect(resolve));
    await app.register(boardPlugin, { producer: stillThere });
    const ask = async () => {
      const { statusCode, body } = await app.inject("/queues/api/queues");
      return { statusCode, body: JSON.parse(body) };
    };
    expect(await ask()).toMatchObject({ statusCode: 200 });
    await redis.kill("SIGKILL");
    expect(await Promise.all([ask(), ask()])).toEqual([refusal, refusal]);
  } finally {
    await app.close();
    await producer.close();
    await redis.stop();
  }
});
