// Taking views apart into fields and deciding which of two truths about a field is the newer. Pure.
import { heldKinds, idOfView, type Key, type Kind, keyOf, type Type, typeOf } from "./kinds.ts";

/** The fields of one object; those of `viewer` stand beside the others as `viewer.isLiked`. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * When a truth was learned. `rev` is the server's number for the object, null where it does not rule; `askedAt` is the
 * moment at which the request was sent, or at which an event or the answer to a change arrived.
 */
export interface Stamp {
  readonly rev: number | null;
  readonly askedAt: number;
}

/** The two stamps of one answer: of the fields that the object's rev rules, and of those that it does not. */
export interface Stamps {
  own: Stamp;
  moment: Stamp;
}

/** What is known of one object, each field with its stamp. */
export interface ObjectRecord {
  fields: Fields;
  /** Of the fields that the object was first seen with. */
  first: Stamps;
  /** Of the fields that have been learned since, each its own; most objects have none. */
  since: Record<string, Stamp> | null;
  /** The kinds of which every field has been seen. */
  kinds: readonly Kind[];
}

/** When a field was learned; undefined for one that is not known. */
export function stampOf(record: ObjectRecord, field: string): Stamp | undefined {
  const later = record.since?.[field];
  if (later !== undefined) return later;
  return field in record.fields ? stampFor(field, record.first) : undefined;
}

/** Whether a truth of `next` takes the place of one of `known`. */
export function isNewer(next: Stamp, known: Stamp | undefined): boolean {
  if (known === undefined) return true;
  if (next.rev !== null && known.rev !== null && next.rev !== known.rev) return next.rev > known.rev;
  return next.askedAt >= known.askedAt;
}

/** One object of an answer. */
export interface Learned {
  key: Key;
  kind: Kind;
  fields: Fields;
  rev: number | null;
}

/** How the viewer stands to things, as far as the object's rev rises with it. All else of `viewer` goes by the moment. */
const fieldsWithRev = new Set(["viewer.isLiked"]);

export function stampFor(field: string, stamps: Stamps): Stamp {
  return field.startsWith("viewer.") && !fieldsWithRev.has(field) ? stamps.moment : stamps.own;
}

/** Takes a view and all that it holds apart, the held first. */
export function takeApart(kind: Kind, view: object, into: Learned[] = []): Learned[] {
  const type = typeOf[kind];
  const held = heldKinds[type];
  const fields: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(view)) {
    const heldKind = held?.[field];
    if (heldKind !== undefined) fields[field] = takeHeld(heldKind, value, into);
    else if (field === "viewer") takeViewer(type, { view, viewer: value, fields, into });
    else if (field !== "key" && field !== "state") fields[field] = value;
  }
  const { rev } = view as { rev?: unknown };
  into.push({ key: keyOf(kind, idOfView(kind, view)), kind, fields, rev: typeof rev === "number" ? rev : null });
  return into;
}

/** Answers what stands for the held objects in their holder: their ids. */
function takeHeld(kind: Kind, value: unknown, into: Learned[]): unknown {
  if (Array.isArray(value)) return value.map((each) => takeHeld(kind, each, into));
  if (typeof value !== "object" || value === null) return null;
  takeApart(kind, value, into);
  return idOfView(kind, value);
}

interface ViewerOf {
  view: object;
  viewer: unknown;
  fields: Record<string, unknown>;
  into: Learned[];
}

function takeViewer(type: Type, { view, viewer, fields, into }: ViewerOf): void {
  fields.viewer = viewer !== null;
  if (typeof viewer !== "object" || viewer === null) return;
  for (const [field, value] of Object.entries(viewer)) {
    // How the viewer follows an author is one fact of the author, whichever post told it.
    const author = type === "post" && field === "follow" && (view as { author?: { id?: string } }).author;
    if (author && author.id !== undefined) {
      into.push({ key: keyOf("summary", author.id), kind: "summary", fields: { "viewer.follow": value }, rev: null });
    } else fields[`viewer.${field}`] = value;
  }
}

/** Whether two values of a field look alike. */
export function looksAlike(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => looksAlike((one as Fields)[key], (other as Fields)[key]));
}
