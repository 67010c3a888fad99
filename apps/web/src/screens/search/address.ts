// What the address says of a search.

export type SearchIn = "people" | "posts";

export function readSearch(search: Record<string, unknown>): { q: string; in: SearchIn } {
  return { q: typeof search.q === "string" ? search.q : "", in: search.in === "posts" ? "posts" : "people" };
}
