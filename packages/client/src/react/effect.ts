// What a change shows before the server has answered, as plain types.
import type { Key, Kind } from "./kinds.ts";
import type { Fields, Learned } from "./records.ts";

/** What a change does to the fields it finds; null where it finds itself done. */
export type Patch = (fields: Fields) => Fields | null;

/** A count that a change moves and that its answer does not tell: it is moved until the count has been read again. */
export interface Tally {
  key: Key;
  field: string;
  by: number;
}

/** Where a new thing stands in a list. */
export interface Addition {
  readonly change: Change;
  /** The list's procedure, and which inputs of it are meant. */
  readonly path: string;
  edgeOf(input: Fields): "start" | "end" | null;
  readonly kind: Kind;
  /** The id it was made with; the store knows the present one. */
  readonly id: string;
}

export type NewAddition = Omit<Addition, "change">;

/** What a change shows before the server has answered. */
export interface Effect {
  /** Changes with the same lane go one after the other. */
  lane: string;
  patches?: readonly { key: Key; patch: Patch }[];
  tallies?: readonly Tally[];
  /** The new thing, if one is made. */
  made?: { kind: Kind; id: string };
  /** Things whose state is to say that something is under way. */
  marks?: readonly Key[];
  additions?: readonly NewAddition[];
  /** What an answer that is no view tells about objects. */
  learn?(answer: unknown): Learned[];
  /** What to read again once the server has taken it, since its answer does not tell. */
  confirms?: readonly { path: string; input: object }[];
}

/** A change as it is sent. */
export interface Order {
  readonly path: string;
  readonly input: Fields;
}

export interface Change {
  readonly id: number;
  readonly order: Order;
  readonly effect: Effect;
  /** "confirming": taken, and its tallies are still being read again. */
  state: "sending" | "confirming" | "done" | "refused";
  /** When the server's answer came. */
  doneAt: number | null;
  /** It waits for the network. */
  isKept: boolean;
  /** Why the server has refused it. */
  error: unknown;
}
