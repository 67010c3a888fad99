// Bounds how much of one kind of work a process does at a time: what is asked for beyond that waits its turn.

export interface Gate {
  /**
   * Runs `work` once there is room for its `weight`; first come, first served. What weighs more than the whole gate runs
   * when it has the gate for itself.
   */
  pass<T>(work: () => Promise<T>, weight?: number): Promise<T>;
}

/**
 * A gate that lets work of `size` in all through at once: without weights, that many pieces. Where `full.maxWaiting` wait,
 * others are refused at once.
 */
export function createGate(size: number, full?: { maxWaiting: number; refusal: () => Error }): Gate {
  const waiting: { weight: number; enter: () => void }[] = [];
  let free = size;

  /** Nobody overtakes who waits, however light. */
  function admit(): void {
    for (let first = waiting[0]; first !== undefined && first.weight <= free; first = waiting[0]) {
      waiting.shift();
      free -= first.weight;
      first.enter();
    }
  }

  return {
    async pass(work, weight = 1) {
      const taken = Math.min(weight, size);
      if (waiting.length === 0 && taken <= free) free -= taken;
      else if (full !== undefined && waiting.length >= full.maxWaiting) throw full.refusal();
      else await new Promise<void>((enter) => waiting.push({ weight: taken, enter }));
      try {
        return await work();
      } finally {
        free += taken;
        admit();
      }
    },
  };
}
