// A network that a test holds: requests that do not leave and answers that do not arrive until they are let through.

export interface Gate {
  fetch: typeof fetch;
  /** The next request of this procedure does not leave. The answer lets it. */
  holdRequest(path: string): () => void;
  /** The next request of this procedure is answered, but the answer does not arrive. */
  holdAnswer(path: string): { isHere: Promise<void>; release(): void };
  /** How many requests of this procedure have left. */
  count(path: string): number;
  /** How many calls have left in all. */
  total(): number;
}

export function createGate(): Gate {
  const requests = new Map<string, Promise<void>>();
  const answers = new Map<string, { arrived(): void; released: Promise<void> }>();
  const left: string[] = [];

  /** What is held of a request; it may carry several calls in a batch. */
  function take<Held>(held: Map<string, Held>, paths: string[]): Held | undefined {
    const path = paths.find((one) => held.has(one));
    const found = path === undefined ? undefined : held.get(path);
    if (path !== undefined) held.delete(path);
    return found;
  }

  return {
    async fetch(input, init) {
      const paths = new URL(String(input)).pathname.replace("/trpc/", "").split(",");
      await take(requests, paths);
      left.push(...paths);
      const held = take(answers, paths);
      const answer = await fetch(input, init);
      held?.arrived();
      await held?.released;
      return answer;
    },
    holdRequest(path) {
      const { promise, resolve } = Promise.withResolvers<void>();
      requests.set(path, promise);
      return resolve;
    },
    holdAnswer(path) {
      const here = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      answers.set(path, { arrived: here.resolve, released: released.promise });
      return { isHere: here.promise, release: released.resolve };
    },
    total: () => left.length,
    count: (path) => left.filter((one) => one === path).length,
  };
}
