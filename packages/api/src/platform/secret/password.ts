// Passwords: argon2id, one place. Promises: hashing never takes more than its share of the machine (bounded at once,
// bounded in waiting), and verifying for an unknown person costs what it costs for a known one.

import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { hash, parseOptions, verify } from "@node-rs/argon2";
import { AppError } from "../call/errors.ts";
import { createGate } from "../flow/gate.ts";
import commonPasswords from "./common-passwords.json" with { type: "json" };

/** OWASP's first choice: 19 MiB, two passes, one lane. The package's default algorithm is argon2id. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };

/** Hashes at once: one core stays free for everyone who is not signing in, and libuv keeps threads for the rest. */
const maxRunning = Math.max(1, Math.min(3, availableParallelism() - 1));
/** About ten seconds of waiting: who comes later is told to come back rather than left hanging. */
const maxWaiting = 400;

const gate = createGate(maxRunning, {
  maxWaiting,
  refusal: () => new AppError("service.unavailable", { retryAfterMs: 5_000 }),
});

/** Hashes a password under today's parameters. Throws service.unavailable when too many wait. */
export async function hashPassword(password: string): Promise<string> {
  return gate.pass(() => hash(password, parameters));
}

/**
 * Whether the password is the one behind `passwordHash`. Null stands for an unknown person: the same work is done and
 * the answer is no. Throws service.unavailable when too many wait.
 */
export async function verifyPassword(input: { passwordHash: string | null; password: string }): Promise<boolean> {
  const isKnown = input.passwordHash?.startsWith("$argon2id$") ?? false;
  const phc = isKnown && input.passwordHash !== null ? input.passwordHash : dummyHash;
  const isRight = await gate.pass(() => verify(phc, input.password));
  return isRight && isKnown;
}

/** Whether a hash was made under weaker parameters than today's. */
export function isHashOutdated(passwordHash: string): boolean {
  const made = parseOptions(passwordHash);
  return made.memoryCost < parameters.memoryCost || made.timeCost < parameters.timeCost;
}

/** A well-formed hash that no password is known for: random bytes in place of a digest. */
const dummyHash = [
  "$argon2id$v=19",
  `m=${parameters.memoryCost},t=${parameters.timeCost},p=${parameters.parallelism}`,
  unpadded(randomBytes(16)),
  unpadded(randomBytes(parameters.outputLen)),
].join("$");

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}

const commonOnes: ReadonlySet<string> = new Set(commonPasswords.passwords.flatMap((line) => line.split(" ")));

/** Whether a password is among the most common ones, in whatever case. */
export function isCommonPassword(password: string): boolean {
  return commonOnes.has(password.toLowerCase());
}
