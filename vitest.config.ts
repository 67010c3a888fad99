// One vitest run for the whole repository; scripts/testing/global-setup.ts gives it PostgreSQL and Redis.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{packages,apps,scripts,prisma,bench}/**/*.test.{ts,mjs}"],
    exclude: ["**/node_modules/**", "**/generated/**", "**/dist/**"],
    globalSetup: ["scripts/testing/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
});
