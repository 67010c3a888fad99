// createTestPixora: a whole Pixora for one test file, on a database cloned from the migrated template and with a Redis
// prefix of its own. The server answers over HTTP as in production; the jobs run in the same process.
import { type AddressInfo, createServer } from "node:net";
import sharp from "sharp";
import { addLike, createPost } from "../content.ts";
import { openPushSink } from "../push-sink.ts";
import { follow } from "../relations.ts";
import { openTestServer, type TestServer } from "../wire.ts";
import { createRunningClock } from "./kit.clock.ts";
import { openPeople } from "./kit.people.ts";
import type { TestFactories, TestPixora, TestPixoraOptions } from "./kit.types.ts";
import { startTestWorker } from "./kit.worker.ts";

/**
 * Opens one, usually in `beforeAll`; needs the PostgreSQL and Redis of the global set-up. Each call opens another, which
 * shares nothing with the first.
 */
export async function createTestPixora(options: TestPixoraOptions = {}): Promise<TestPixora> {
  const clock = createRunningClock(options.startsAt);
  // The addresses of pictures and uploads start with it, so it is known before the server listens.
  const port = await findFreePort();
  const ownEnv = { PUBLIC_URL: `http://127.0.0.1:${port}`, PUSH_ALLOW_LOOPBACK: "true" };
  const [server, sink] = await Promise.all([
    openTestServer({ clock, port, env: { ...ownEnv, ...options.env } }),
    openPushSink(),
  ]);
  const { deps } = server;
  const worker = startTestWorker(deps);
  const people = openPeople(server, sink);
  let closing: Promise<void> | null = null;

  return {
    url: server.url,
    databaseUrl: deps.databaseUrl,
    redisPrefix: deps.config.REDIS_PREFIX,
    client: server.client(),
    signIn: people.signIn,
    factories: factoriesOf(server),
    mails: deps.mails,
    get pushes() {
      return people.readPushes();
    },
    now: () => clock.now(),
    async pass(ms) {
      clock.pass(ms);
      await people.renewTokens();
      await worker.runSchedules();
      await worker.settle();
    },
    settle: worker.settle,
    close() {
      closing ??= worker.close().finally(() => Promise.all([server.close(), sink.close()]));
      return closing;
    },
  };
}

function findFreePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const listener = createServer();
  listener.once("error", reject);
  listener.listen({ port: 0, host: "127.0.0.1" }, () => {
    const { port } = listener.address() as AddressInfo;
    listener.close(() => resolve(port));
  });
  return promise;
}

function factoriesOf({ deps }: TestServer): TestFactories {
  return {
    post: (input) => createPost(deps, input),
    follow: (input) => follow(deps, input),
    like: (input) => addLike(deps, input),
    async picture(input = {}) {
      const { width = 640, height = 480, colour = "#2040d0" } = input;
      const picture = sharp({ create: { width, height, channels: 3, background: colour } });
      return new Uint8Array(await picture.jpeg().toBuffer());
    },
  };
}
