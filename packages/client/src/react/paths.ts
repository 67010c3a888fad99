// The procedures of the API by path and kind, as types: what every table and factory of this folder is checked against.
import type { AppRouter, RouterInputs, RouterOutputs } from "@pixora/api";
import type { TRPCClientError } from "@trpc/client";

export type Rooms = AppRouter["_def"]["record"];

type PathsOf<Kind extends string> = {
  [Room in keyof Rooms & string]: {
    [Name in keyof Rooms[Room] & string]: Rooms[Room][Name] extends { _def: { type: Kind } }
      ? `${Room}.${Name}`
      : never;
  }[keyof Rooms[Room] & string];
}[keyof Rooms & string];

/** The wire names of the reading procedures, as in "feed.home". */
export type QueryPath = PathsOf<"query">;
/** The wire names of the changing procedures, as in "like.create". */
export type MutationPath = PathsOf<"mutation">;

type In<Table, Path> = Path extends `${infer Room}.${infer Name}`
  ? Room extends keyof Table
    ? Name extends keyof Table[Room]
      ? Table[Room][Name]
      : never
    : never
  : never;

export type InputOf<Path> = In<RouterInputs, Path>;
export type OutputOf<Path> = In<RouterOutputs, Path>;

/** The wire names of the reading procedures that answer page by page. */
export type ListPath = {
  [Path in QueryPath]: [OutputOf<Path>, InputOf<Path>] extends [{ nextCursor: string | null }, infer Input]
    ? "cursor" extends KeysOfEach<Input>
      ? string extends KeysOfEach<Input>
        ? never
        : Path
      : never
    : never;
}[QueryPath];

type KeysOfEach<Union> = Union extends unknown ? keyof Union : never;
type WithoutCursor<Union> = Union extends object ? Omit<Union, "cursor"> : Union;

/** What a list is asked with besides its cursor. */
export type ListInputOf<Path> = WithoutCursor<InputOf<Path>>;
export type ItemOf<Path> = OutputOf<Path> extends { items: (infer Item)[] } ? Item : never;

/** What every call of the client rejects with; `isPixoraError(error, code)` tells the codes apart. */
export type CallError = TRPCClientError<AppRouter>;

/** Whether a parameter may be left out. */
export type InputArgs<Input> = undefined extends Input ? [input?: Input] : [input: Input];

/** What a stream tells, event by event. */
export type EventOf<Path> = OutputOf<Path> extends AsyncIterable<infer Told> ? Told : never;
