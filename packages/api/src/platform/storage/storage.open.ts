// Chooses the storage driver that the configuration names.
import type { ApiConfig } from "../process/config.ts";
import type { Clock } from "../process/deps.ts";
import { createDiskStorage } from "./storage.disk.ts";
import { createS3Storage } from "./storage.s3.ts";
import type { Storage } from "./storage.ts";

/** The bucket of STORAGE_URL (s3://bucket), or without one the directory STORAGE_DIR. */
export function openStorage(input: { config: ApiConfig; clock: Clock }): Storage {
  const { config, clock } = input;
  if (config.STORAGE_URL === undefined) {
    const { STORAGE_DIR: folder, PUBLIC_URL: publicUrl, JWT_SECRET: secrets } = config;
    return createDiskStorage({ folder, publicUrl, secrets, clock });
  }
  return createS3Storage({
    bucket: new URL(config.STORAGE_URL).hostname,
    region: config.STORAGE_REGION,
    // The configuration was refused without them.
    accessKeyId: config.STORAGE_ACCESS_KEY_ID ?? "",
    secretAccessKey: config.STORAGE_SECRET_ACCESS_KEY ?? "",
    endpoint: config.STORAGE_ENDPOINT,
    publicEndpoint: config.STORAGE_PUBLIC_ENDPOINT,
    clock,
  });
}

/** Where browsers load pictures from and send them to, where that is a bucket; null where it is this server. */
export function bucketOriginOf(config: ApiConfig): string | null {
  if (config.STORAGE_URL === undefined) return null;
  const endpoint = config.STORAGE_PUBLIC_ENDPOINT ?? config.STORAGE_ENDPOINT;
  const bucket = new URL(config.STORAGE_URL).hostname;
  return new URL(endpoint ?? `https://${bucket}.s3.${config.STORAGE_REGION}.amazonaws.com`).origin;
}
