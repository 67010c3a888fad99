// The hooks that join any factory of one answer with the store, and those for changes and streams.
import {
  type OmitKeyof,
  type UseMutationOptions,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
} from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { Seen } from "./kinds.ts";
import { type Page, readAnswer, readList } from "./lists.ts";
import { type PixoraKey, streamOf } from "./options.ts";
import type { CallError, EventOf } from "./paths.ts";
import { useInside } from "./provider.ts";
import { createReader, type Reader } from "./reader.ts";

export interface QueryLike<Output> {
  queryKey: PixoraKey;
  queryFn: (context: never) => Output | Promise<Output>;
}

/** When to ask, besides what the factory says. */
export interface AskOptions {
  enabled?: boolean;
  staleTime?: number;
  refetchInterval?: number | false;
}

export type PixoraQueryResult<Output> = OmitKeyof<UseQueryResult<Output, CallError>, "data"> & {
  data: Seen<Output> | undefined;
};

/** Keeps an answer as it is: the store is joined by the hook, which hears of its changes. */
export function asItIs<Data>(data: Data): Data {
  return data;
}

/** Listens to a reader for as long as the component is there. */
export function useReader<Value>(reader: Reader<Value>): Value {
  return useSyncExternalStore(reader.subscribe, reader.read, reader.read);
}

/**
 * `useQuery` for a factory's `queryOptions`, joined with the store: what changes anywhere is seen here.
 * `usePixoraQuery(options.post.byId.queryOptions({ postId }))`
 */
export function usePixoraQuery<Output>(options: QueryLike<Output>, extra: AskOptions = {}): PixoraQueryResult<Output> {
  const { present } = useInside();
  const result = useQuery({ ...options, ...extra, select: asItIs } as never) as UseQueryResult<object, CallError>;
  const [, path, input] = options.queryKey;
  const answer = result.data;
  const inputKey = JSON.stringify(input);
  const reader = useMemo(
    () =>
      createReader<object | undefined>(present.store, (track, before) => {
        if (typeof answer !== "object" || answer === null) return answer;
        if (!("items" in answer)) return readAnswer(present.store, { path, answer, track });
        const known = before as Page | undefined;
        const list = { path, input: JSON.parse(inputKey), pages: [answer as Page], track };
        const items = readList(present.store, list, known?.items);
        return known?.items === items ? known : { ...answer, items };
      }),
    [present.store, path, inputKey, answer],
  );
  return besides(result, { data: useReader(reader) }) as unknown as PixoraQueryResult<Output>;
}

/** TanStack's results note what is read of them: they are passed on, not copied. */
export function besides<Result extends object, Own extends object>(result: Result, own: Own): Result & Own {
  return new Proxy(result, {
    get: (target, key) => (Object.hasOwn(own, key) ? own[key as keyof Own] : Reflect.get(target, key)),
    has: (target, key) => Object.hasOwn(own, key) || Reflect.has(target, key),
  }) as Result & Own;
}

interface MutationLike<Input, Output> {
  mutationKey: readonly unknown[];
  mutationFn: (input: Input) => Promise<Output>;
}

export type PixoraMutationResult<Input, Output> = UseMutationResult<Output, CallError, Input>;

/**
 * `useMutation` for a factory's `mutationOptions`: seen at once, undone where the server refuses.
 * `usePixoraMutation(options.user.update.mutationOptions(), { onError })`
 */
export function usePixoraMutation<Input, Output>(
  options: MutationLike<Input, Output>,
  extra: OmitKeyof<UseMutationOptions<Output, CallError, Input>, "mutationKey" | "mutationFn"> = {},
): PixoraMutationResult<Input, Output> {
  return useMutation<Output, CallError, Input>({ ...options, ...extra } as UseMutationOptions<
    Output,
    CallError,
    Input
  >);
}

interface StreamLike<Path extends string> {
  path: Path;
  input: unknown;
}

/** What a stream tells a component. */
export interface StreamHandlers<Told> {
  onData?(event: Told): void;
  onError?(error: CallError): void;
  enabled?: boolean;
}

/** Holds a stream open while the component is there. The handlers may change at any time. */
export function useStream<Path extends "live.onEvent" | "live.onPost" | "live.onQueue">(
  options: StreamLike<Path>,
  handlers: StreamHandlers<EventOf<Path>>,
): void {
  const { world, present } = useInside();
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  const inputKey = JSON.stringify(options.input);
  const { path } = options;
  const isOn = handlers.enabled !== false;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another person's stream is another stream
  useEffect(() => {
    if (!isOn) return;
    const stream = streamOf(world, path).subscribe(JSON.parse(inputKey), {
      onData: (event: EventOf<Path>) => latest.current.onData?.(event),
      onError: (error: CallError) => latest.current.onError?.(error),
    });
    return () => stream.unsubscribe();
  }, [world, present.person, path, inputKey, isOn]);
}
