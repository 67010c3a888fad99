// Putting what the server answered into the store, by the shape of the procedure.
import type { Page } from "./lists.ts";
import { type Fields, type Learned, takeApart } from "./records.ts";
import { shapeOf } from "./shapes.ts";
import { keep, type Store } from "./store.ts";

/** Keeps an answer and the moment at which it was asked for. */
export function keepAnswer(store: Store, input: { path: string; answer: unknown; askedAt: number }): void {
  const { answer, askedAt } = input;
  if (typeof answer !== "object" || answer === null) return;
  store.moments.set(answer, askedAt);
  const learned = learnedOf(input.path, answer);
  if (learned.length > 0) keep(store, { learned, askedAt });
}

/** The objects of an answer. */
export function learnedOf(path: string, answer: object): Learned[] {
  const shape = shapeOf(path);
  if (shape === "plain") return [];
  if (typeof shape === "string") return takeApart(shape, answer);
  const { page } = shape;
  if (page === "plain") return [];
  const learned: Learned[] = [];
  for (const item of (answer as Page).items) {
    if (typeof page === "string") takeApart(page, item, learned);
    else takeApart(page.post, (item as Fields).post as object, learned);
  }
  return learned;
}
