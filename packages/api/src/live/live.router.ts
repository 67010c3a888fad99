// The wire of the room `live`: streams.
import { tracked } from "@trpc/server";
import { queueEventView } from "../moderation/moderation.schema.ts";
import { streamQueue } from "../moderation/moderation.stream.ts";
import { streamView, trackedStreamView } from "../platform/call/stream.ts";
import { authedProcedure, publicProcedure, router } from "../platform/call/trpc.ts";
import { emptyInput } from "../user/user.schema.ts";
import { guardStream } from "./live.guard.ts";
import {
  conversationEventView,
  onConversationInput,
  onEventInput,
  onPostInput,
  personalEventView,
  postEventView,
} from "./live.schema.ts";
import { streamConversationEvents, streamPersonalEvents, streamPostEvents } from "./live.stream.ts";

export const liveRouter = router({
  onEvent: authedProcedure
    .meta({ isResumable: true })
    .input(onEventInput)
    .output(trackedStreamView(personalEventView))
    .subscription(({ ctx, input, signal }) => {
      const { deps, viewer, connection } = ctx;
      const events = streamPersonalEvents(deps, {
        viewer,
        lastEventId: input.lastEventId ?? null,
        signal: signal ?? null,
      });
      const nowMs = deps.clock.now().getTime();
      const { expiresAtMs } = viewer;
      return guardStream(events, { connection, expiresAtMs, nowMs, show: ({ id, event }) => tracked(id, event) });
    }),
  onConversation: authedProcedure
    .meta({ errors: ["chat.notFound"] })
    .input(onConversationInput)
    .output(streamView(conversationEventView))
    .subscription(({ ctx, input, signal }) => {
      const { deps, viewer, connection } = ctx;
      const events = streamConversationEvents(deps, {
        viewer,
        conversationId: input.conversationId,
        signal: signal ?? null,
        onOverflow: () => connection.interrupt(),
      });
      const nowMs = deps.clock.now().getTime();
      const { expiresAtMs } = viewer;
      return guardStream(events, { connection, expiresAtMs, nowMs, show: (event) => event });
    }),
  /** How the moderators' queue stands. */
  onQueue: authedProcedure
    .meta({ errors: ["moderation.forbidden"] })
    .input(emptyInput)
    .output(streamView(queueEventView))
    .subscription(({ ctx, signal }) => {
      const { deps, viewer, connection } = ctx;
      const events = streamQueue(deps, { sessionId: viewer.sessionId, signal: signal ?? null });
      const nowMs = deps.clock.now().getTime();
      const { expiresAtMs } = viewer;
      return guardStream(events, { connection, expiresAtMs, nowMs, show: (event) => event });
    }),
  onPost: publicProcedure
    .meta({ errors: ["post.notFound"], afterGap: "post.resync" })
    .input(onPostInput)
    .output(streamView(postEventView))
    .subscription(({ ctx, input, signal }) => {
      const { deps, viewer, connection } = ctx;
      const events = streamPostEvents(deps, {
        viewer,
        postId: input.postId,
        signal: signal ?? null,
        onOverflow: () => connection.interrupt(),
      });
      const nowMs = deps.clock.now().getTime();
      const expiresAtMs = viewer?.expiresAtMs ?? null;
      return guardStream(events, { connection, expiresAtMs, nowMs, show: (event) => event });
    }),
});
