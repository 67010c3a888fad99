// What one device heard of its person's log, and whether that was everything, once, in order. Pure.

/** A personal event, as far as the record looks at it. */
export interface Heard {
  type: string;
  notification?: { id: string; commentId: string | null };
  ids?: readonly string[];
}

export interface StreamRecord {
  hear(input: { id: string; event: Heard }): void;
  /** The stream ended though nobody asked it to. */
  fail(error: unknown): void;
  /** From here on, an end is no failure. */
  stop(): void;
  /** `ready` was heard. */
  hasBegun(): boolean;
  /** The number of the last event. */
  last(): number;
  /** The notifications that this device would show. */
  shown(): ReadonlySet<string>;
  faults(): StreamFaults;
}

export interface StreamFaults {
  /** Events heard, `ready` not counted. */
  heard: number;
  /** Numbers that were passed over, and logs that could not be had again. */
  lost: number;
  doubled: number;
  outOfOrder: number;
  errors: string[];
}

export function createRecord(): StreamRecord {
  const faults: StreamFaults = { heard: 0, lost: 0, doubled: 0, outOfOrder: 0, errors: [] };
  const numbers = new Set<number>();
  const made = new Set<string>();
  const shown = new Set<string>();
  let last = -1;
  let hasBegun = false;
  let isStopped = false;

  function count(number: number): void {
    faults.heard += 1;
    if (numbers.has(number)) faults.doubled += 1;
    else if (number < last) faults.outOfOrder += 1;
    else faults.lost += number - last - 1;
    numbers.add(number);
    last = Math.max(last, number);
  }

  function show({ type, notification, ids }: Heard): void {
    if (type === "notification.created" && notification !== undefined) {
      if (made.has(notification.id)) faults.doubled += 1;
      made.add(notification.id);
      shown.add(notification.id);
    }
    if (type === "notification.removed") for (const id of ids ?? []) shown.delete(id);
  }

  return {
    hear({ id, event }) {
      const number = Number(id);
      if (event.type === "ready") {
        if (!hasBegun) last = number;
        else if (number !== last) faults.lost += 1;
        hasBegun = true;
        return;
      }
      if (event.type === "resync") {
        faults.lost += 1;
        last = number;
        return;
      }
      count(number);
      show(event);
    },
    fail(error) {
      if (!isStopped) faults.errors.push(String(error));
    },
    stop() {
      isStopped = true;
    },
    hasBegun: () => hasBegun,
    last: () => last,
    shown: () => shown,
    faults: () => faults,
  };
}
