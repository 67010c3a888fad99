// Runs the matrix: reads side by side, changes one after the other in each world, and collects what was not expected.
import { statement } from "@pixora/db";
import type { Deps } from "../../platform/deps.ts";
import { callAs, createUndoingDeps, type Ending, typeOf, type UndoingDeps } from "./call.ts";
import { findRefusal, type ViewerName, viewers } from "./rules.ts";
import type { Row } from "./table.ts";
import type { World } from "./world.ts";

export const times = new Map<string, number>();
export interface MatrixResult {
  cells: number;
  /** A line for each cell that ended otherwise than expected. */
  unexpected: string[];
}

/** Calls every row as every viewer in every world. */
export async function runMatrix(
  deps: Deps,
  input: { worlds: readonly World[]; rows: readonly Row[] },
): Promise<MatrixResult> {
  const unexpected = await Promise.all(input.worlds.map((world) => runWorld(deps, { world, rows: input.rows })));
  return { cells: input.worlds.length * input.rows.length * viewers.length, unexpected: unexpected.flat() };
}

async function runWorld(deps: Deps, input: { world: World; rows: readonly Row[] }): Promise<string[]> {
  const { world } = input;
  const unexpected: string[] = [];
  const undoing = createUndoingDeps(deps);
  for (const row of input.rows) {
    const start = performance.now();
    const lines =
      typeOf(row.path) === "mutation"
        ? await inTurn(viewers, (viewer) => checkCell({ deps, undoing }, { world, row, viewer }))
        : await Promise.all(viewers.map((viewer) => checkCell({ deps, undoing }, { world, row, viewer })));
    times.set(row.path, (times.get(row.path) ?? 0) + performance.now() - start);
    unexpected.push(...lines.filter((line) => line !== null));
  }
  return unexpected;
}

async function inTurn<Item, T>(items: readonly Item[], work: (item: Item) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (const item of items) answers.push(await work(item));
  return answers;
}

interface Cell {
  world: World;
  row: Row;
  viewer: ViewerName;
}

/** Null where the cell ended as expected. */
async function checkCell({ deps, undoing }: { deps: Deps; undoing: UndoingDeps }, cell: Cell): Promise<string | null> {
  const { row, viewer, world } = cell;
  const { target } = world;
  const expected = findRefusal(row.access, { viewer, target }) ?? row.expect({ viewer, target });
  const actual =
    typeOf(row.path) === "mutation" ? await undoing.undo((undone) => change(undone, cell)) : await read(deps, cell);
  if (actual === expected) return null;
  const about = row.about === undefined ? row.path : `${row.path} (${row.about})`;
  return `${about} by ${viewer} of ${target}: ${actual} instead of ${expected}`;
}

async function read(deps: Deps, cell: Cell): Promise<string> {
  return outcomeOf(await call(deps, cell), cell);
}

const countFacts = statement<{ count: number }>("matrix.countFacts", "select count(*)::int as count from outbox");

async function change(deps: Deps, cell: Cell): Promise<string> {
  const before = await deps.db.sql.one(countFacts);
  const ending = await call(deps, cell);
  if (ending.isOk) return outcomeOf(ending, cell);
  const after = await deps.db.sql.one(countFacts);
  return after.count === before.count ? outcomeOf(ending, cell) : `${ending.code}, but something was changed`;
}

function call(deps: Deps, { world, row, viewer }: Cell): Promise<Ending> {
  const { owner, ...others } = world.people;
  const me = viewer === "anonymous" || viewer === "owner" ? owner : others[viewer];
  const accessToken = viewer === "anonymous" ? null : me.accessToken;
  return callAs(deps, { path: row.path, input: row.input?.({ ...world, me }), accessToken });
}

function outcomeOf(ending: Ending, { world, row, viewer }: Cell): string {
  if (!ending.isOk) return ending.code === "internal" ? `internal (${String(causeOf(ending.cause))})` : ending.code;
  if (row.shows === undefined) return "ok";
  const { owner, ...others } = world.people;
  const me = viewer === "anonymous" || viewer === "owner" ? owner : others[viewer];
  return row.shows(ending.answer, { ...world, me }) ? "lists" : "omits";
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? causeOf(error.cause) : error;
}
