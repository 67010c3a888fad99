// Keys derived from JWT_SECRET, one for each purpose, so that what is signed for one purpose proves nothing for another.
// Promises: the first secret signs, all verify; a purpose's keys never equal the secret that signs access tokens.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Deps } from "../process/deps.ts";

/** What a derived key is for. A new version ends everything that was signed under the old one. */
export type KeyPurpose = "refresh.v1" | "mail.v1" | "export.v1" | "handle.v1" | "address.v1";

type Keyed = Pick<Deps, "config">;

/** HMAC-SHA256 under the signing key of a purpose. */
export function macFor(deps: Keyed, input: { purpose: KeyPurpose; parts: readonly (string | Uint8Array)[] }): Buffer {
  const [secret = ""] = deps.config.JWT_SECRET;
  return mac(secret, input);
}

/** The same under every secret, the signing one first: for looking up what an earlier secret may have written. */
export function macsFor(
  deps: Keyed,
  input: { purpose: KeyPurpose; parts: readonly (string | Uint8Array)[] },
): Buffer[] {
  return deps.config.JWT_SECRET.map((secret) => mac(secret, input));
}

/**
 * Whether one of the secrets made this MAC, which may be cut to 16 bytes or more. Takes the same time wherever a wrong
 * one differs.
 */
export function macIsRight(
  deps: Keyed,
  input: { purpose: KeyPurpose; parts: readonly (string | Uint8Array)[]; mac: Uint8Array },
): boolean {
  const { length } = input.mac;
  if (length < 16 || length > 32) return false;
  return macsFor(deps, input).some((expected) => timingSafeEqual(expected.subarray(0, length), input.mac));
}

const idBytes = 8;
/** 128 bits: short enough for a link to fit one line of a mail, far too long to guess. */
const macBytes = 16;

/** A link's token: an id and a MAC over it and `parts`, in 32 characters. Made again, it is the same. */
export function writeSignedId(
  deps: Keyed,
  input: { purpose: KeyPurpose; id: string; parts: readonly (string | Uint8Array)[] },
): string {
  const id = Buffer.alloc(idBytes);
  id.writeBigInt64BE(BigInt(input.id));
  const full = macFor(deps, { purpose: input.purpose, parts: [input.id, ...input.parts] });
  return Buffer.concat([id, full.subarray(0, macBytes)]).toString("base64url");
}

/** The id that a token claims to be of, or null where it is none. Believe it only once `signedIdIsRight`. */
export function readSignedId(token: string): string | null {
  if (!/^[\w-]{32}$/.test(token)) return null;
  return Buffer.from(token, "base64url").readBigInt64BE(0).toString();
}

/** Whether one of the secrets made this token over these parts. */
export function signedIdIsRight(
  deps: Keyed,
  input: { purpose: KeyPurpose; token: string; parts: readonly (string | Uint8Array)[] },
): boolean {
  const id = readSignedId(input.token);
  if (id === null) return false;
  const mac = Buffer.from(input.token, "base64url").subarray(idBytes);
  return macIsRight(deps, { purpose: input.purpose, parts: [id, ...input.parts], mac });
}

/** The public name of a secret (`kid`): tells which one signed, and nothing of it. */
export function keyIdOf(secret: string): string {
  return createHash("sha256").update(`pixora.kid:${secret}`).digest("base64url").slice(0, 12);
}

function mac(secret: string, input: { purpose: KeyPurpose; parts: readonly (string | Uint8Array)[] }): Buffer {
  const key = createHmac("sha256", secret).update(`pixora.${input.purpose}`).digest();
  const hmac = createHmac("sha256", key);
  for (const part of input.parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    // Lengths are signed too, so that no two lists of parts are the same bytes.
    hmac.update(`${bytes.length}:`).update(bytes);
  }
  return hmac.digest();
}
