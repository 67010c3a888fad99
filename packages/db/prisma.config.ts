// Where the Prisma CLI finds the schema folder, the migrations and the database.
// Run the CLI through src/cli/migrate.ts, which also names our schema engine.
import { fileURLToPath } from "node:url";
import { defineConfig } from "prisma/config";

const prismaFolder = process.env.PIXORA_PRISMA_FOLDER ?? fileURLToPath(new URL("../../prisma", import.meta.url));

export default defineConfig({
  schema: prismaFolder,
  migrations: { path: `${prismaFolder}/migrations` },
  // Absent for `generate`, which needs no database.
  ...(process.env.DATABASE_URL ? { datasource: { url: process.env.DATABASE_URL } } : {}),
});
