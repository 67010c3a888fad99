// Where changes wait while there is no network: in IndexedDB, which all tabs of a person share and which outlives them.
import { answerOf, inTransaction, openDatabase } from "./database.ts";
import type { Fields } from "./records.ts";

/** A change that waits. */
export interface Waiting {
  /** Rises with each: the order of their making. */
  id: number;
  path: string;
  input: Fields;
  /** The id of the thing that it makes, until the server gives it one. */
  madeId: string | null;
  madeAtMs: number;
}

export interface OutboxStorage {
  add(entry: Omit<Waiting, "id">): Promise<number>;
  /** All that wait, the oldest first. */
  list(): Promise<Waiting[]>;
  /** Takes one out. Those that name the thing it has made name it by the server's id from then on. */
  remove(id: number, named?: { from: string; to: string }): Promise<void>;
  close(): void;
}

/** The inputs of those that name a thing by the one id, with the other. */
function renamed(entry: Waiting, { from, to }: { from: string; to: string }): Waiting {
  const input = Object.fromEntries(
    Object.entries(entry.input).map(([field, value]) => [field, value === from ? to : value]),
  );
  return { ...entry, input };
}

export function namesThing(entry: Waiting, id: string): boolean {
  return Object.values(entry.input).includes(id);
}

/** Where there is no IndexedDB, changes wait as long as the page lives. */
export function openMemoryStorage(): OutboxStorage {
  let entries: Waiting[] = [];
  let lastId = 0;
  return {
    async add(entry) {
      lastId += 1;
      entries.push({ ...entry, id: lastId });
      return lastId;
    },
    list: async () => [...entries],
    async remove(id, named) {
      entries = entries.filter((entry) => entry.id !== id).map((entry) => (named ? renamed(entry, named) : entry));
    },
    close() {},
  };
}

/** Opens the storage of a person; in memory where the browser has none or refuses it. */
export async function openOutboxStorage(name: string): Promise<OutboxStorage> {
  if (typeof indexedDB === "undefined") return openMemoryStorage();
  try {
    return storageIn(await openDatabase({ name, storeName: "outbox", keyPath: "id" }));
  } catch {
    return openMemoryStorage();
  }
}

function storageIn(database: IDBDatabase): OutboxStorage {
  function within<Result>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<Result>): Promise<Result> {
    return inTransaction(database, { mode, work });
  }
  return {
    add: (entry) => within("readwrite", async (store) => Number(await answerOf(store.add(entry)))),
    list: () => within("readonly", (store) => answerOf<Waiting[]>(store.getAll())),
    remove: (id, named) =>
      within("readwrite", async (store) => {
        await answerOf(store.delete(id));
        if (named === undefined) return;
        for (const entry of await answerOf<Waiting[]>(store.getAll())) {
          if (namesThing(entry, named.from)) store.put(renamed(entry, named));
        }
      }),
    close: () => database.close(),
  };
}
