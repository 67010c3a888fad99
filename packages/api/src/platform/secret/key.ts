// The keys that come from JWT_SECRET, all of them, and MACs under them. Promises: the first secret signs, all verify; what
// is signed for one purpose proves nothing for another.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Deps } from "../process/deps.ts";

/**
 * Each purpose with the text that its key is derived from; null: the key is the secret itself. Another text ends all that
 * was signed for the purpose: links in mailboxes, sessions, holds on handles.
 */
const keyTexts = {
  /** JWTs, which carry type, issuer and audience. */
  accessToken: null,
  /** Texts under this key start with a name that no token starts with. */
  limitOwner: null,
  "refresh.v1": "pixora.refresh.v1",
  "mail.v1": "pixora.mail.v1",
  "export.v1": "pixora.export.v1",
  "handle.v1": "pixora.handle.v1",
  "place.v1": "pixora.place.v1",
  "notification.unsubscribe": "notification.unsubscribe",
  "pixora.storage.upload": "pixora.storage.upload",
  "pixora.storage.url": "pixora.storage.url",
} as const;

export type KeyPurpose = keyof typeof keyTexts;

/** What `macFor` signs: lists of parts. */
export type MacPurpose = Extract<KeyPurpose, `${string}.v1`>;

type Keyed = Pick<Deps, "config">;

/** The key of a purpose under one secret. */
export function keyFor(secret: string, purpose: KeyPurpose): Buffer<ArrayBuffer> {
  const text = keyTexts[purpose];
  return text === null ? Buffer.from(secret) : createHmac("sha256", secret).update(text).digest();
}

/** A purpose's keys, the signing one first. Throws where there is no secret. */
export function keysFor(secrets: readonly string[], purpose: KeyPurpose): [Buffer, ...Buffer[]] {
  const [first, ...others] = secrets.map((secret) => keyFor(secret, purpose));
  if (first === undefined) throw new Error("JWT_SECRET lists no secret");
  return [first, ...others];
}

/** HMAC-SHA256 under the signing key of a purpose. */
export function macFor(deps: Keyed, input: { purpose: MacPurpose; parts: readonly (string | Uint8Array)[] }): Buffer {
  return mac(keysFor(deps.config.JWT_SECRET, input.purpose)[0], input.parts);
}

/** The same under every secret, the signing one first: for looking up what an earlier secret may have written. */
export function macsFor(
  deps: Keyed,
  input: { purpose: MacPurpose; parts: readonly (string | Uint8Array)[] },
): Buffer[] {
  return keysFor(deps.config.JWT_SECRET, input.purpose).map((key) => mac(key, input.parts));
}

/**
 * Whether one of the secrets made this MAC, which may be cut to 16 bytes or more. Takes the same time wherever a wrong
 * one differs.
 */
export function macIsRight(
  deps: Keyed,
  input: { purpose: MacPurpose; parts: readonly (string | Uint8Array)[]; mac: Uint8Array },
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
  input: { purpose: MacPurpose; id: string; parts: readonly (string | Uint8Array)[] },
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
  input: { purpose: MacPurpose; token: string; parts: readonly (string | Uint8Array)[] },
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

function mac(key: Buffer, parts: readonly (string | Uint8Array)[]): Buffer {
  const hmac = createHmac("sha256", key);
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    // Lengths are signed too, so that no two lists of parts are the same bytes.
    hmac.update(`${bytes.length}:`).update(bytes);
  }
  return hmac.digest();
}
