// Parts of answers that many pages share: pictures and authors, made once and never changed. Their makers vouch for them, so
// that a page neither checks and copies nor writes them anew: with forty pictures that had been half of the page's own work.
// Promise: what is answered is the same as without any of this, but for the order of keys.
import { randomBytes } from "node:crypto";
import type { z } from "zod";

interface Known {
  /** As JSON, once it was written. */
  json: string | null;
}

const known = new WeakMap<object, Known>();

/** Promises that a value is of its schema's very shape, without a key more, and will never change. Answers the value. */
export function vouchFor<Value extends object>(value: Value): Value {
  known.set(value, { json: null });
  return value;
}

function knownOf(value: unknown): Known | undefined {
  return typeof value === "object" && value !== null ? known.get(value) : undefined;
}

/** The JSON of what somebody vouched for, written once; null for all else. */
export function jsonOfVouched(value: unknown): string | null {
  const found = knownOf(value);
  if (found === undefined) return null;
  found.json ??= JSON.stringify(value);
  return found.json;
}

/** The same schema, but what somebody vouched for passes as it is. */
export function vouched<Schema extends z.ZodType>(schema: Schema): Schema {
  const passing = schema.clone();
  const { run } = passing._zod;
  passing._zod.run = (payload, context) => (knownOf(payload.value) === undefined ? run(payload, context) : payload);
  return passing;
}

/** Stands for a part while the rest is written; nobody outside ever sees it, so no text is equal to it. */
const mark = randomBytes(9).toString("base64url");
const writtenMark = JSON.stringify(mark);
/** A part that is shorter is written faster than it is put in. */
const minLength = 300;

/** As JSON.stringify, but the larger parts of a page's items that somebody vouched for are written once and kept. */
export function writeJson(value: unknown): string | undefined {
  if (!isPage(value)) return JSON.stringify(value);
  const written: string[] = [];
  const items = value.items.map((item) => markParts(item, written));
  if (written.length === 0) return JSON.stringify(value);
  const [start = "", ...between] = JSON.stringify({ ...value, items }).split(writtenMark);
  return between.reduce((text, next, index) => text + (written[index] ?? "") + next, start);
}

function isPage(value: unknown): value is { items: unknown[] } {
  return isRecord(value) && Array.isArray(value.items);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The item with marks for its parts, whose JSON is appended to `written`. */
function markParts(item: unknown, written: string[]): unknown {
  if (!isRecord(item)) return item;
  let marked: Record<string, unknown> | null = null;
  // Not Object.entries, whose lists cost as much as the writing that is saved.
  for (const key in item) {
    const json = jsonOfVouched(item[key]);
    if (json === null || json.length < minLength) continue;
    written.push(json);
    marked ??= { ...item };
    marked[key] = mark;
  }
  return marked ?? item;
}
