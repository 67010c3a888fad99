// IndexedDB as promises: as much of it as the outbox and the kept answers need.

/** Opens a database with one object store. */
export function openDatabase(input: { name: string; storeName: string; keyPath: string }): Promise<IDBDatabase> {
  const opening = indexedDB.open(input.name, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(input.storeName, { keyPath: input.keyPath, autoIncrement: true });
  };
  return answerOf(opening);
}

export function answerOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

interface Work<Result> {
  mode: IDBTransactionMode;
  work(store: IDBObjectStore): Promise<Result>;
}

/** Works in one transaction; it is committed when this resolves. */
export async function inTransaction<Result>(database: IDBDatabase, { mode, work }: Work<Result>): Promise<Result> {
  const [storeName = ""] = database.objectStoreNames;
  const transaction = database.transaction(storeName, mode);
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  const [result] = await Promise.all([work(transaction.objectStore(storeName)), done]);
  return result;
}
