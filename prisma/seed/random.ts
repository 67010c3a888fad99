// Chance that can be repeated: the same seed gives the same numbers on every machine. Not for secrets.
// Each part of the demo data draws from a stream of its own, so that a change in one leaves the others as they were.

export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number from 0 up to, not including, `below`. */
  int(below: number): number;
  isLucky(probability: number): boolean;
  /** Throws a RangeError for an empty list. */
  pick<T>(list: readonly T[]): T;
  /** As pick, but the higher the bias (1 and up), the likelier an early item. */
  pickEarly<T>(list: readonly T[], bias: number): T;
  /** Waiting times: 0 and up, `mean` on average, mostly shorter. */
  exponential(mean: number): number;
  /** Quality of things: around 1, seldom much more. */
  logNormal(spread: number): number;
}

/** A stream of chance; `seed` is any text. */
export function createRandom(seed: string): Random {
  const next = mulberry32(hashText(seed));
  function int(below: number): number {
    return Math.floor(next() * below);
  }
  function itemAt<T>(list: readonly T[], at: number): T {
    const item = list[at];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }
  return {
    next,
    int,
    isLucky: (probability) => next() < probability,
    pick: (list) => itemAt(list, int(list.length)),
    pickEarly: (list, bias) => itemAt(list, Math.floor(next() ** bias * list.length)),
    exponential: (mean) => -mean * Math.log(1 - next()),
    logNormal: (spread) => Math.exp(spread * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())),
  };
}

/** FNV-1a, 32 bits: a number that depends on every character of the text. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

// Tommy Ettinger's mulberry32 (public domain): 32 bits of state, plenty for demo data.
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Draws from a list, each item as often as its weight says. Throws a RangeError when all weights are 0. */
export function createWeightedPick<T>(items: readonly T[], weightOf: (item: T) => number): (random: Random) => T {
  const sums = new Float64Array(items.length);
  let total = 0;
  for (const [at, item] of items.entries()) {
    total += weightOf(item);
    sums[at] = total;
  }
  return (random) => {
    const wanted = random.next() * total;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    const item = items[low];
    if (item === undefined || total === 0) throw new RangeError("nothing to pick from");
    return item;
  };
}

/** Up to `count` different results of `draw`; gives up looking for more after a few tries each. */
export function drawDistinct<T>(count: number, draw: () => T, isWanted: (item: T) => boolean = () => true): T[] {
  const drawn = new Set<T>();
  for (let tries = count * 4; tries > 0 && drawn.size < count; tries -= 1) {
    const item = draw();
    if (isWanted(item)) drawn.add(item);
  }
  return [...drawn];
}
