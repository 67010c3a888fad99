// Output schemas of subscriptions: an async iterable whose every item is checked and stripped like any other output.
import { isTrackedEnvelope, type TrackedEnvelope, tracked } from "@trpc/server";
import { z } from "zod";

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** Items as they are. */
export function streamView<Item extends z.ZodType>(item: Item) {
  return z.custom<AsyncIterable<z.input<Item>>>(isAsyncIterable).transform(async function* (items): AsyncGenerator<
    z.output<Item>,
    void,
    unknown
  > {
    for await (const raw of items) yield item.parse(raw);
  });
}

/** Items under ids (`tracked`), so that clients resume after the last one they got. */
export function trackedStreamView<Item extends z.ZodType>(item: Item) {
  return z
    .custom<AsyncIterable<TrackedEnvelope<z.input<Item>>>>(isAsyncIterable)
    .transform(async function* (items): AsyncGenerator<TrackedEnvelope<z.output<Item>>, void, unknown> {
      for await (const envelope of items) {
        if (!isTrackedEnvelope(envelope)) throw new Error("a tracked stream yielded an item without an id");
        const [id, raw] = envelope;
        yield tracked(id, item.parse(raw));
      }
    });
}
