// Short signatures of texts that come back to us: upload permissions, URLs. Promises: a signature for one purpose is
// none for another, and checking takes the same time whatever is wrong.
import { createHmac, timingSafeEqual } from "node:crypto";
import { type KeyPurpose, keysFor } from "./key.ts";

/** What texts are signed for. */
export type SignaturePurpose = Extract<KeyPurpose, "notification.unsubscribe" | `pixora.storage.${string}`>;

export interface Signer {
  sign(text: string): string;
  isValid(text: string, signature: string): boolean;
}

/** The first secret signs, all verify. */
export function createSigner(input: { secrets: readonly string[]; purpose: SignaturePurpose }): Signer {
  const keys = keysFor(input.secrets, input.purpose);
  const signWith = (key: Buffer, text: string) => createHmac("sha256", key).update(text).digest("base64url");
  return {
    sign: (text) => signWith(keys[0], text),
    isValid(text, signature) {
      const given = Buffer.from(signature);
      return keys.some((key) => {
        const wanted = Buffer.from(signWith(key, text));
        return given.length === wanted.length && timingSafeEqual(given, wanted);
      });
    },
  };
}
