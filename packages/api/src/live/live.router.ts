// The wire of the room `live`: streams.
import { tracked } from "@trpc/server";
import { trackedStreamView } from "../platform/stream.ts";
import { authedProcedure, router } from "../platform/trpc.ts";
import { guardStream } from "./live.guard.ts";
import { onEventInput, personalEventView } from "./live.schema.ts";
import { streamPersonalEvents } from "./live.stream.ts";

export const liveRouter = router({
  onEvent: authedProcedure
    .input(onEventInput)
    .output(trackedStreamView(personalEventView))
    .subscription(async function* ({ ctx, input, signal }) {
      const { deps, viewer, connection } = ctx;
      const events = streamPersonalEvents(deps, {
        viewer,
        lastEventId: input.lastEventId ?? null,
        signal: signal ?? ctx.shutdown,
      });
      const nowMs = deps.clock.now().getTime();
      for await (const { id, event } of guardStream(events, { connection, expiresAtMs: viewer.expiresAtMs, nowMs })) {
        yield tracked(id, event);
      }
    }),
});
