// How much of something each owner holds at present, as a cap needs it. Promise: who holds nothing takes no memory.

export interface Tally {
  /** How much an owner holds. */
  countOf(owner: string): number;
  add(owner: string): void;
  remove(owner: string): void;
  /** How much all of them hold. */
  total(): number;
}

export function createTally(): Tally {
  const counts = new Map<string, number>();
  const countOf = (owner: string) => counts.get(owner) ?? 0;
  return {
    countOf,
    add: (owner) => void counts.set(owner, countOf(owner) + 1),
    remove(owner) {
      const left = countOf(owner) - 1;
      if (left > 0) counts.set(owner, left);
      else counts.delete(owner);
    },
    total: () => counts.values().reduce((sum, count) => sum + count, 0),
  };
}
