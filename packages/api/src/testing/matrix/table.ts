// The access matrix as a table: every procedure of the router with what is sent and what each viewer gets back.
// Promise: a procedure without a row does not compile here, and fails the test by its name.
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "../../root.ts";
import type { Access, Rule } from "./rules.ts";
import type { MatrixPerson, World } from "./world.ts";

type Inputs = inferRouterInputs<AppRouter>;
type Outputs = inferRouterOutputs<AppRouter>;

/** What inputs are made of: the target's world, and who calls (the owner's name for who has none). */
export type CellWorld = World & { me: MatrixPerson };

/** Tracked events come with their id. */
type Event<Item> = Item extends { id: string; data: infer Data } ? Data : Item;

/** What a call answers; of a stream, its first events as a list. */
type Answer<Output> = Output extends AsyncIterable<infer Item> ? Event<Item>[] : Output;

/** One way of calling a procedure, and what is expected of it. */
export interface Case<Input = unknown, Output = unknown> {
  access: Access;
  /** Tells this case from the procedure's others. */
  about?: string;
  input?: (world: CellWorld) => Input;
  expect: Rule;
  /** Whether the answer holds the subject: `lists` or `omits` instead of `ok`. */
  shows?(answer: Output, world: CellWorld): boolean;
}

/** The rows of one room. */
export type RoomRows<Room extends keyof Inputs> = {
  [Name in keyof Inputs[Room]]: Name extends keyof Outputs[Room]
    ? readonly Case<Inputs[Room][Name], Answer<Outputs[Room][Name]>>[]
    : never;
};

/** All rows. */
export type Table = { [Room in keyof Inputs]?: RoomRows<Room> };

/** A case with the wire name of its procedure. */
export interface Row extends Case {
  path: string;
}

/** The table as a list. */
export function listRows(table: Table): Row[] {
  return Object.entries(table).flatMap(([room, procedures]) =>
    Object.entries<readonly Case[]>(procedures).flatMap(([name, cases]) =>
      cases.map((row): Row => ({ ...row, path: `${room}.${name}` })),
    ),
  );
}
