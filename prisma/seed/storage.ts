// Where the seed puts its pictures: where the server will look for them.
import { readApiConfig } from "../../packages/api/src/platform/process/config.ts";
import { createDiskStorage } from "../../packages/api/src/platform/storage/storage.disk.ts";
import { openStorage } from "../../packages/api/src/platform/storage/storage.open.ts";
import type { Storage } from "../../packages/api/src/platform/storage/storage.ts";

const clock = { now: () => new Date() };

/** A bucket, if one is configured, with all that a server needs; else a directory, which needs nothing but its name. */
export function openSeedStorage(env: Record<string, string | undefined>): Storage {
  if (env.STORAGE_URL) return openStorage({ config: readApiConfig(env), clock });
  // It signs nothing here: only files are written.
  return createDiskStorage({
    folder: env.STORAGE_DIR || ".pixora/media",
    publicUrl: "http://127.0.0.1",
    secrets: ["unused"],
    clock,
  });
}
