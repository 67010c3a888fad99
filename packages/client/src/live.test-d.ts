// Type tests: events of the two streams, told apart by their `type`. Right when it compiles; nothing here runs.
import { expectTypeOf } from "vitest";
import type { Pixora, RouterOutputs } from "./index.ts";

declare const pixora: Pixora;

const subscription = pixora.live.onEvent.subscribe(undefined, {
  onData({ id, data }) {
    expectTypeOf(id).toEqualTypeOf<string>();
    expectTypeOf(data.type).toEqualTypeOf<
      | "ready"
      | "resync"
      | "notification.created"
      | "notification.removed"
      | "notification.read"
      | "notification.seen"
      | "media.ready"
      | "media.failed"
      | "message.created"
      | "message.updated"
      | "message.deleted"
      | "conversation.updated"
      | "conversation.removed"
      | "conversation.read"
      | "session.revoked"
      | "moderation.decided"
      | "appeal.decided"
    >();
    switch (data.type) {
      case "notification.created":
        expectTypeOf(data.notification).toEqualTypeOf<RouterOutputs["notification"]["list"]["items"][number]>();
        expectTypeOf(data.counts.unread).toEqualTypeOf<number>();
        break;
      case "media.ready":
        expectTypeOf(data.media).toEqualTypeOf<RouterOutputs["media"]["byId"]>();
        // @ts-expect-error a picture that is ready moves no counts
        data.counts;
        break;
      // @ts-expect-error there is no such event
      case "notification.lost":
        break;
    }
    // @ts-expect-error only some events have a notification
    data.notification;
  },
  onError: (error) => expectTypeOf(error.data?.appCode).toExtend<string | undefined>(),
  onComplete() {},
});
expectTypeOf(subscription.unsubscribe).toBeFunction();

pixora.live.onEvent.subscribe({ lastEventId: "17" }, {});
// @ts-expect-error ids of events are strings
pixora.live.onEvent.subscribe({ lastEventId: 17 }, {});

pixora.live.onPost.subscribe(
  { postId: "1" },
  {
    onData(event) {
      if (event.type === "post.counts") expectTypeOf(event.likeCount).toEqualTypeOf<number>();
      if (event.type === "comment.created") {
        expectTypeOf(event.comment).toEqualTypeOf<RouterOutputs["comment"]["byId"]>();
      }
      // @ts-expect-error events of posts have no ids
      event.id;
    },
  },
);
// @ts-expect-error of which post?
pixora.live.onPost.subscribe({}, {});
