// Streams of events: plain iterators rather than generators, whose every layer costs each event several turns of the
// microtask queue. And the output schemas of subscriptions: every item is checked and stripped like any other output.
import { isTrackedEnvelope, type TrackedEnvelope, tracked } from "@trpc/server";
import { z } from "zod";

/** Items as they come, for one reader that asks for one at a time. */
export interface Stream<Item> extends AsyncIterableIterator<Item, undefined, undefined> {
  return(): Promise<IteratorResult<Item, undefined>>;
  [Symbol.asyncIterator](): Stream<Item>;
}

interface Follower<In, Out> {
  /** Left out: items as they are. */
  onItem?: (item: In) => Out;
  /** Called once: the stream is over, has failed or is given up. */
  onEnd?: () => void;
  /** Names the error that the reader gets. */
  nameError?: (error: unknown) => unknown;
  /** Called when the reader asks for an item; what it answers has the item wait. */
  beforeNext?: () => Promise<"go on" | "end"> | null;
}

/** A stream of what `onItem` makes of each item. An error of `onItem` gives the source up. */
export function followStream<In, Out>(source: AsyncIterable<In>, follower: Follower<In, Out>): Stream<Out> {
  const { onItem, onEnd, nameError, beforeNext } = follower;
  // What is never read is never begun.
  let iterator: AsyncIterator<In> | null = null;
  let isOver = false;

  function finish(): void {
    if (isOver) return;
    isOver = true;
    onEnd?.();
  }

  function onStep(step: IteratorResult<In>): IteratorResult<Out, undefined> | Promise<never> {
    if (step.done) {
      finish();
      return { done: true, value: undefined };
    }
    if (onItem === undefined) return step as IteratorResult<never, undefined>;
    try {
      return { done: false, value: onItem(step.value) };
    } catch (error) {
      return fail(error);
    }
  }

  async function fail(error: unknown): Promise<never> {
    finish();
    await iterator?.return?.().catch(() => undefined);
    throw nameError?.(error) ?? error;
  }

  function step(): Promise<IteratorResult<Out, undefined>> {
    iterator ??= source[Symbol.asyncIterator]();
    return iterator.next().then(onStep, fail);
  }

  async function end(): Promise<IteratorResult<Out, undefined>> {
    finish();
    await iterator?.return?.();
    return { done: true, value: undefined };
  }

  return {
    next() {
      if (isOver) return Promise.resolve({ done: true, value: undefined });
      const pause = beforeNext?.() ?? null;
      return pause === null ? step() : pause.then((verdict) => (verdict === "end" ? end() : step()));
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** Items as they are. */
export function streamView<Item extends z.ZodType>(item: Item) {
  return z
    .custom<AsyncIterable<z.input<Item>>>(isAsyncIterable)
    .transform((items): AsyncIterable<z.output<Item>> => followStream(items, { onItem: (raw) => item.parse(raw) }));
}

/** Items under ids (`tracked`), so that clients resume after the last one they got. */
export function trackedStreamView<Item extends z.ZodType>(item: Item) {
  return z
    .custom<AsyncIterable<TrackedEnvelope<z.input<Item>>>>(isAsyncIterable)
    .transform((items): AsyncIterable<TrackedEnvelope<z.output<Item>>> => {
      return followStream(items, {
        onItem(envelope) {
          if (!isTrackedEnvelope(envelope)) throw new Error("a tracked stream yielded an item without an id");
          const [id, raw] = envelope;
          return tracked(id, item.parse(raw));
        },
      });
    });
}
