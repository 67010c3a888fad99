// The context of a call that a test makes straight into a router, without HTTP.
import type { RequestContext } from "../platform/call/context.ts";
import type { Deps } from "../platform/process/deps.ts";
import { createShutdown } from "../platform/process/shutdown.ts";

/** A call by `viewerId` (null: without a token), whose session lives for as long as the test does. */
export function testContext(deps: Deps, input: { viewerId: string | null }): RequestContext {
  const { viewerId } = input;
  return {
    deps,
    requestId: "test",
    ip: "127.0.0.1",
    userAgent: "test",
    readViewer: async () =>
      viewerId === null ? null : { userId: viewerId, sessionId: "1", expiresAtMs: Number.MAX_SAFE_INTEGER },
    checkSession: async () => {},
    connection: {
      bufferedBytes: () => 0,
      interrupt: () => {},
      askToReconnect: () => {},
      hold: () => {},
      release: () => {},
      openStreams: 0,
    },
    shutdown: createShutdown(),
  };
}
