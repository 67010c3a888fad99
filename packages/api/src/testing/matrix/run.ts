// Runs the matrix: reads side by side, changes one after the other in each world, and collects what was not expected.
import { statement } from "@pixora/db";
import type { Deps } from "../../platform/process/deps.ts";
import { isListedError } from "../listed-errors.ts";
import { callAs, createUndoingDeps, type Ending, typeOf, type UndoingDeps } from "./call.ts";
import { findRefusal, type TargetName, type ViewerName, viewers } from "./rules.ts";
import type { CellWorld, Row } from "./table.ts";
import type { Targets } from "./targets.ts";
import type { World } from "./world.ts";

export interface MatrixResult {
  cells: number;
  /** A line for each cell that ended otherwise than expected. */
  unexpected: string[];
}

interface Cell {
  row: Row;
  viewer: ViewerName;
  target: TargetName;
  world: CellWorld;
}

/** Calls every row as every viewer of every target. */
export async function runMatrix(deps: Deps, input: { targets: Targets; rows: readonly Row[] }): Promise<MatrixResult> {
  const lines = await Promise.all(
    input.targets.map(async ({ target, world }) => {
      const undoing = createUndoingDeps(deps);
      const cellsOf = (row: Row) =>
        viewers.map((viewer): Cell => ({ row, viewer, target, world: { ...world, me: callerOf(world, viewer) } }));
      const cells = input.rows.map(cellsOf);
      return inTurn(cells, (ofRow) => checkRow(deps, { undoing, cells: ofRow }));
    }),
  );
  const ended = lines.flat(2);
  return { cells: ended.length, unexpected: ended.filter((line) => line !== null) };
}

/** Who calls; for who has no account, the owner stands where an input names the caller. */
function callerOf({ people }: World, viewer: ViewerName): CellWorld["me"] {
  return viewer === "anonymous" ? people.owner : people[viewer];
}

/** A line for each cell, null where it ended as expected. */
async function checkRow(
  deps: Deps,
  { undoing, cells }: { undoing: UndoingDeps; cells: readonly Cell[] },
): Promise<(string | null)[]> {
  const [first] = cells;
  if (first === undefined || typeOf(first.row.path) !== "mutation") {
    return Promise.all(cells.map(async (cell) => judge(cell, await read(deps, cell))));
  }
  return inTurn(cells, async (cell) => judge(cell, await undoing.undo((undone) => change(undone, cell))));
}

async function inTurn<Item, T>(items: readonly Item[], work: (item: Item) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (const item of items) answers.push(await work(item));
  return answers;
}

function judge({ row, viewer, target }: Cell, actual: string): string | null {
  const expected = findRefusal(row.access, { viewer, target }) ?? row.expect({ viewer, target });
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

function call(deps: Deps, { row, viewer, world }: Cell): Promise<Ending> {
  const accessToken = viewer === "anonymous" ? null : world.me.accessToken;
  return callAs(deps, { path: row.path, input: row.input?.(world), accessToken });
}

function outcomeOf(ending: Ending, { world, row }: Cell): string {
  if (!ending.isOk) return refusalOf(ending, row);
  if (row.shows === undefined) return "ok";
  return row.shows(ending.answer, world) ? "lists" : "omits";
}

function refusalOf({ code, cause }: Extract<Ending, { isOk: false }>, { path }: Row): string {
  if (code === "internal") return `internal (${String(causeOf(cause))})`;
  return isListedError(path, code) ? code : `${code}, which its meta does not list,`;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? causeOf(error.cause) : error;
}
