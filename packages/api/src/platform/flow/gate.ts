// Bounds how much of one kind of work a process does at a time: what is asked for beyond that waits its turn.

export interface Gate {
  /** Runs `work` once there is room; first come, first served. */
  pass<T>(work: () => Promise<T>): Promise<T>;
}

/** A gate that lets `size` pieces of work through at once; where `full.maxWaiting` wait, others are refused at once. */
export function createGate(size: number, full?: { maxWaiting: number; refusal: () => Error }): Gate {
  const waiting: (() => void)[] = [];
  let free = size;
  return {
    async pass(work) {
      if (free > 0) free -= 1;
      else if (full !== undefined && waiting.length >= full.maxWaiting) throw full.refusal();
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        // Room is handed on, not given back: nobody overtakes who waits.
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      }
    },
  };
}
