// Streams of events: plain iterators rather than generators, whose every layer costs each event several turns of the
// microtask queue; and one object however much follows it, since a process holds thousands that are mostly idle
// (docs/decisions/0009). And the output schemas of subscriptions: every item is checked like any other output.
import { isTrackedEnvelope, type TrackedEnvelope, tracked } from "@trpc/server";
import { z } from "zod";

/** Items as they come, for one reader that asks for one at a time. */
export interface Stream<Item> extends AsyncIterableIterator<Item, undefined, undefined> {
  return(): Promise<IteratorResult<Item, undefined>>;
  [Symbol.asyncIterator](): Stream<Item>;
}

export interface Follower<In, Out> {
  /** Left out: items as they are. */
  onItem?(item: In): Out;
  /** Called once: the stream is over, has failed or is given up. Must not throw. */
  onEnd?(): void;
  /** Names the error that the reader gets. */
  nameError?(error: unknown): unknown;
  /** Called when the reader asks for an item; what it answers has the item wait. */
  beforeNext?(): Promise<"go on" | "end"> | null;
}

/**
 * A stream of what `onItem` makes of each item. An error of `onItem` gives the source up. A source that is itself
 * followed is taken over: it is the same stream with one follower more, and nobody else may read it.
 */
export function followStream<In, Out>(source: AsyncIterable<In>, follower: Follower<In, Out>): Stream<Out> {
  if (source instanceof FollowedStream) return source.takeOver(follower);
  return new FollowedStream<Out>(source, follower);
}

class FollowedStream<Out> implements Stream<Out> {
  readonly #source: AsyncIterable<unknown>;
  /** The one next to the source comes first. */
  #followers: readonly Follower<unknown, unknown>[];
  /** What is never read is never begun. */
  #iterator: AsyncIterator<unknown> | null = null;
  #isOver = false;

  constructor(source: AsyncIterable<unknown>, follower: Follower<never, Out>) {
    this.#source = source;
    this.#followers = [follower];
  }

  takeOver<Next>(follower: Follower<never, Next>): Stream<Next> {
    this.#followers = [...this.#followers, follower];
    if (this.#isOver) follower.onEnd?.();
    return this as FollowedStream<unknown> as FollowedStream<Next>;
  }

  next(): Promise<IteratorResult<Out, undefined>> {
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    return this.#stepAfter(this.#followers.length - 1);
  }

  async return(): Promise<IteratorResult<Out, undefined>> {
    this.#finish();
    await this.#iterator?.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Steps once this follower, and then those nearer to the source, let it. */
  #stepAfter(place: number): Promise<IteratorResult<Out, undefined>> {
    for (let at = place; at >= 0; at -= 1) {
      const pause = this.#followers[at]?.beforeNext?.() ?? null;
      if (pause !== null) {
        return pause.then(
          (verdict) => (verdict === "end" || this.#isOver ? this.return() : this.#stepAfter(at - 1)),
          this.#fail,
        );
      }
    }
    this.#iterator ??= this.#source[Symbol.asyncIterator]();
    return this.#iterator.next().then(this.#onStep, this.#fail);
  }

  readonly #onStep = (step: IteratorResult<unknown>): IteratorResult<Out, undefined> | Promise<never> => {
    if (step.done) {
      this.#finish();
      return { done: true, value: undefined };
    }
    try {
      let { value } = step;
      for (const follower of this.#followers) if (follower.onItem !== undefined) value = follower.onItem(value);
      return { done: false, value: value as Out };
    } catch (error) {
      return this.#fail(error);
    }
  };

  readonly #fail = async (error: unknown): Promise<never> => {
    this.#finish();
    await this.#iterator?.return?.().catch(() => undefined);
    throw this.#followers.reduce((named, follower) => follower.nameError?.(named) ?? named, error);
  };

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // The farthest first: what counts streams must not hang on what is nearer.
    for (const follower of this.#followers.toReversed()) follower.onEnd?.();
  }
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

const itemSchemas = new WeakMap<z.ZodType, z.ZodType>();

/** The schema of a stream's items, which its own schema does not show; undefined for what is no stream. */
export function itemSchemaOf(view: z.ZodType): z.ZodType | undefined {
  return itemSchemas.get(view);
}

function ofItems<View extends z.ZodType>(view: View, item: z.ZodType): View {
  itemSchemas.set(view, item);
  return view;
}

/** Items as they are. */
export function streamView<Item extends z.ZodType>(item: Item) {
  const follower = { onItem: (raw: unknown) => item.parse(raw) };
  const view = z
    .custom<AsyncIterable<z.input<Item>>>(isAsyncIterable)
    .transform((items): AsyncIterable<z.output<Item>> => followStream(items, follower));
  return ofItems(view, item);
}

/** Items under ids (`tracked`), so that clients resume after the last one they got. */
export function trackedStreamView<Item extends z.ZodType>(item: Item) {
  const follower = {
    onItem(envelope: unknown): TrackedEnvelope<z.output<Item>> {
      if (!isTrackedEnvelope(envelope)) throw new Error("a tracked stream yielded an item without an id");
      const [id, raw] = envelope;
      return tracked(id, item.parse(raw));
    },
  };
  const view = z
    .custom<AsyncIterable<TrackedEnvelope<z.input<Item>>>>(isAsyncIterable)
    .transform((items): AsyncIterable<TrackedEnvelope<z.output<Item>>> => followStream(items, follower));
  return ofItems(view, item);
}
