// Where a person's kept answers lie, and their end.

export function databaseOf(userId: string): string {
  return `pixora-cache:${userId}`;
}

/** Forgets what was kept of a person. */
export function forgetPersisted(userId: string): void {
  if (typeof indexedDB !== "undefined") indexedDB.deleteDatabase(databaseOf(userId));
}
