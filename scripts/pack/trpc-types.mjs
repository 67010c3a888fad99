// What the SDK's declarations name of tRPC, in the few lines that apps need of it: the packed SDK holds tRPC's code, and so
// ships no types of tRPC's own. same-types.mjs has the compiler compare them with the originals.
export const trpcTypes = `import type { AppErrorCode, AppRouter, FieldErrors, Procedures } from "./api.js";

export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  signal?: AbortSignal;
  /** For links of one's own: a value that travels with the call. */
  context?: Record<string, unknown>;
}

export interface Query<Input, Output> {
  query: (input: Input, options?: CallOptions) => Promise<Output>;
}

export interface Mutation<Input, Output> {
  mutate: (input: Input, options?: CallOptions) => Promise<Output>;
}

/** An event of a stream that goes on where it stopped: \`id\` is where. */
export interface TrackedEvent<Data> {
  id: string;
  data: Data;
}

export interface SubscriptionCallbacks<Told> {
  onStarted: (options: { context: Record<string, unknown> | undefined }) => void;
  onData: (value: Told) => void;
  /** The stream has ended with an error, and does not come back. */
  onError: (error: TRPCClientError<AppRouter>) => void;
  onStopped: () => void;
  /** The stream has ended. */
  onComplete: () => void;
  onConnectionStateChange: (state: ConnectionState) => void;
}

export type ConnectionState =
  | { type: "state"; data?: never; state: "idle" | "pending"; error: null }
  | { type: "state"; data?: never; state: "connecting"; error: TRPCClientError<AppRouter> | null };

type AtLeastOne<Callbacks> = Partial<Callbacks> & {
  [Name in keyof Callbacks]: Pick<Callbacks, Name>;
}[keyof Callbacks];
type NoCallback = { [Name in keyof SubscriptionCallbacks<unknown>]?: never };

export interface Subscription<Input, Told> {
  subscribe: {
    (input: Input, callbacks: AtLeastOne<SubscriptionCallbacks<Told>> & CallOptions): Unsubscribable;
    /** Without callbacks: \`for await (const event of …)\`. */
    (input: Input, options?: CallOptions & NoCallback): AsyncIterableIterator<Told>;
  };
}

export interface Unsubscribable {
  unsubscribe(): void;
}

export interface ErrorData {
  /** tRPC's name of the status. */
  code: string;
  httpStatus: number;
  /** The procedure. */
  path?: string;
  /** Only where the server runs in development. */
  stack?: string;
  appCode: AppErrorCode;
  /** Of a bad input. */
  fieldErrors: FieldErrors | undefined;
  /** After which the same call may succeed. */
  retryAfterMs: number | undefined;
  /** To name the call by when asking for help. */
  requestId: string | null;
}

export interface ErrorShape {
  message: string;
  code: number;
  data: ErrorData;
}

/** What every call rejects with. */
export declare class TRPCClientError<Router> extends Error {
  /** What went wrong on the way, where the server has not answered. */
  readonly cause: Error | undefined;
  readonly shape: ErrorShape | null | undefined;
  /** What the server says of the failure. */
  readonly data: ErrorData | null | undefined;
  meta: Record<string, unknown> | undefined;
  private readonly router?: Router;
}

/** The procedures of the API. */
export type TRPCClient<Router> = Router extends AppRouter ? Procedures : never;
`;
