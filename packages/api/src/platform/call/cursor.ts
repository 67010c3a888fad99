// Opaque cursors. One is bound to its procedure and input by a digest, so it fits no other list;
// it holds a position only and is no permission.
import { createHash } from "node:crypto";
import type { z } from "zod";
import { AppError } from "./errors.ts";
import type { Page } from "./wire.ts";

/** A kind of cursor: the list it belongs to and the shape of its positions. */
export interface CursorKind<Position> {
  /** The wire name of the list, as in "post.byUser". */
  list: string;
  position: z.ZodType<Position>;
}

/** None of ours is as long; what nobody gave out is not worth parsing. */
const maxCursorChars = 2_000;

/** Writes the cursor of a position. `input` is what, besides cursor and limit, shapes the list. */
export function encodeCursor<Position>(
  kind: CursorKind<Position>,
  at: { input: Record<string, unknown>; position: Position },
): string {
  const body = JSON.stringify([bindingOf(kind.list, at.input), at.position]);
  return Buffer.from(body).toString("base64url");
}

/** Reads a cursor; null for a first page. Throws `cursor.invalid` for one of another list or input, or a broken one. */
export function decodeCursor<Position>(
  kind: CursorKind<Position>,
  from: { input: Record<string, unknown>; cursor: string | null | undefined },
): Position | null {
  if (from.cursor === null || from.cursor === undefined) return null;
  if (from.cursor.length > maxCursorChars) throw new AppError("cursor.invalid");
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(from.cursor, "base64url").toString());
  } catch (cause) {
    throw new AppError("cursor.invalid", { cause });
  }
  if (!Array.isArray(parsed) || parsed[0] !== bindingOf(kind.list, from.input)) throw new AppError("cursor.invalid");
  const position = kind.position.safeParse(parsed[1]);
  if (!position.success) throw new AppError("cursor.invalid");
  return position.data;
}

const bindings = new Map<string, string>();

// Lists without an input of their own, such as the home feed, have one binding each: it is hashed once.
function bindingOf(list: string, input: Record<string, unknown>): string {
  const keys = Object.keys(input).sort();
  if (keys.length > 0) return digestOf(list, keys, input);
  const binding = bindings.get(list) ?? digestOf(list, keys, input);
  bindings.set(list, binding);
  return binding;
}

function digestOf(list: string, keys: string[], input: Record<string, unknown>): string {
  const body = JSON.stringify([list, keys.map((key) => [key, input[key] ?? null])]);
  return createHash("sha256").update(body).digest("base64url").slice(0, 12);
}

/**
 * Cuts a page out of rows of which one more than the limit was read: the surplus row says that there is a next
 * page. Positions come from the last row kept, whatever a view later drops.
 */
export function cutPage<Row>(
  rows: readonly Row[],
  input: { limit: number; cursorAfter: (last: Row) => string },
): { rows: Row[]; nextCursor: string | null } {
  const kept = rows.slice(0, input.limit);
  const last = kept.at(-1);
  const hasMore = rows.length > input.limit && last !== undefined;
  return { rows: kept, nextCursor: hasMore ? input.cursorAfter(last) : null };
}

/** Where a page ends, whatever its limit: a page is made whole before it is sent, and many may be asked for at once. */
export const maxPageBytes = 512 * 1_024;

/** What a text may come to in UTF-8. */
export function bytesOfText(text: string): number {
  return text.length * 3;
}

/**
 * Ends a page before the item that would take it over 512 KB, by what `weigh` says an item comes to at most; the next page
 * goes on right behind the last item given. One item is always given.
 */
export function endEarly<Item>(
  page: Page<Item>,
  by: { weigh: (item: Item) => number; cursorAfter: (last: Item) => string },
): Page<Item> {
  let bytes = 0;
  for (const [index, item] of page.items.entries()) {
    bytes += by.weigh(item);
    const last = page.items[index - 1];
    if (bytes > maxPageBytes && last !== undefined) {
      return { items: page.items.slice(0, index), nextCursor: by.cursorAfter(last) };
    }
  }
  return page;
}
