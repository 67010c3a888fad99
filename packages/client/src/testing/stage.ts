// A real server and people on it, each with a client and a QueryClient of their own: for the tests of the hooks.
import { openTestServer, type TestServer } from "@pixora/api/testing";
import type { QueryClient } from "@tanstack/react-query";
import { createPixora, type Pixora, type PixoraOptions } from "../client.ts";
import { createOptions, createPixoraQueryClient } from "../react/provider.ts";
import { type World, worldOf } from "../react/world.ts";
import { memorySession, type Tokens } from "../session.store.ts";

export interface Actor {
  id: string;
  handle: string;
  tokens: Tokens;
  pixora: Pixora;
  queryClient: QueryClient;
  world: World;
  options: ReturnType<typeof createOptions>;
}

export interface Stage {
  server: TestServer;
  /** Somebody who has signed up. */
  person(options?: Partial<PixoraOptions>): Promise<Actor>;
  /** One more device of somebody's. */
  device(of: Actor, options?: Partial<PixoraOptions>): Promise<Actor>;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const server = await openTestServer();
  const actors: Actor[] = [];
  let serial = 0;

  async function actor(who: Pick<Actor, "id" | "handle" | "tokens">, options: Partial<PixoraOptions>): Promise<Actor> {
    const pixora = createPixora({ url: server.url, session: memorySession(who.tokens), ...options });
    const queryClient = createPixoraQueryClient();
    const world = worldOf({ client: pixora, queryClient });
    const made = { ...who, pixora, queryClient, world, options: createOptions({ client: pixora, queryClient }) };
    actors.push(made);
    // Who is signed in is known after a turn of the loop.
    await pixora.session.tokens();
    return made;
  }

  return {
    server,
    async person(options = {}) {
      serial += 1;
      const handle = `stage_${serial}`;
      const { user, tokens } = await server.signUp({ handle });
      return actor({ id: user.id, handle, tokens }, options);
    },
    device: ({ id, handle, tokens }, options = {}) => actor({ id, handle, tokens }, options),
    async close() {
      for (const { pixora, queryClient } of actors) {
        queryClient.clear();
        await pixora.close();
      }
      await server.close();
    },
  };
}
