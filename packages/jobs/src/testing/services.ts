// What vitest's global set-up gives each test, and waiting for a condition instead of sleeping.
import { vi } from "vitest";

/** A Redis of a test's own, to be killed, stalled and emptied. */
export interface OwnRedis {
  url: string;
  pid: number;
  kill(signal?: string): Promise<void>;
  restart(args?: string[]): Promise<void>;
  stop(): Promise<void>;
}

interface TestServices {
  copyTemplate(): Promise<{ url: string; drop(): Promise<void> }>;
  startRedis(): Promise<OwnRedis>;
}

export function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run the tests through vitest's global set-up`);
  return value;
}

// By an address at run time, because packages import no scripts: scripts/testing/services.mjs.
const services = (await import(requireEnv("PIXORA_TEST_SERVICES"))) as TestServices;

export const { copyTemplate, startRedis } = services;

/** Polls until `check` answers something truthy. Throws after `timeoutMs`, naming `what`. */
export async function waitFor(
  what: string,
  check: () => unknown,
  options: { timeoutMs?: number; everyMs?: number } = {},
): Promise<void> {
  const { timeoutMs = 10_000, everyMs = 10 } = options;
  try {
    await vi.waitUntil(check, { timeout: timeoutMs, interval: everyMs });
  } catch (error) {
    throw new Error(`waited for ${what}`, { cause: error });
  }
}
