// The names of the migrations this build needs: read once from prisma/migrations, so /readyz knows when they are in.
import { readdirSync } from "node:fs";

/** Folder names under prisma/migrations, oldest first. */
export function migrationNames(): string[] {
  const folder = new URL("../../../prisma/migrations/", import.meta.url);
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
