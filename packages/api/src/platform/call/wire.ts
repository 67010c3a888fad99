// Shapes that every room's schema shares: ids, instants, pages, `{ ok: true }`.
import { idPattern, isId } from "@pixora/db";
import { z } from "zod";

/** A decimal id; what fits no 64-bit column is a field error, not a database error. */
export const idInput = z.string().refine(isId, "Not an id").meta({ pattern: idPattern.source });

export const idView = z.string();
/** ISO-8601, UTC. */
export const instantView = z.iso.datetime();

/** The part of an input that pages share; lists spread it into their own object. */
export const pageShape = {
  cursor: z.string().nullish(),
  limit: z.int().min(1).max(100).default(20),
};

/** A page of a list. */
export function pageView<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

export const okView = z.object({ ok: z.literal(true) });
export const ok = { ok: true } as const;

/** What a create may carry so that a retry makes nothing twice. */
export const idempotencyKeyInput = z
  .string()
  .min(1)
  .max(64, { abort: true })
  .refine((key) => key.isWellFormed() && !key.includes("\0"), "Not a text")
  .optional();

/** Where a page starts, and how long it is, as services take it. */
export interface PageRequest {
  cursor?: string | null | undefined;
  limit: number;
}

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}
