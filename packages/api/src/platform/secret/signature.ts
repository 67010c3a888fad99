// Short signatures of texts that come back to us: upload permissions, URLs. Promises: a signature for one purpose is
// none for another, and checking takes the same time whatever is wrong.
import { createHmac, timingSafeEqual } from "node:crypto";

export interface Signer {
  sign(text: string): string;
  isValid(text: string, signature: string): boolean;
}

/** The first secret signs, all verify. */
export function createSigner(input: { secrets: readonly string[]; purpose: string }): Signer {
  const keys = input.secrets.map((secret) => createHmac("sha256", secret).update(input.purpose).digest());
  const [first] = keys;
  if (first === undefined) throw new Error("a signer needs a secret");
  const signWith = (key: Buffer, text: string) => createHmac("sha256", key).update(text).digest("base64url");
  return {
    sign: (text) => signWith(first, text),
    isValid(text, signature) {
      const given = Buffer.from(signature);
      return keys.some((key) => {
        const wanted = Buffer.from(signWith(key, text));
        return given.length === wanted.length && timingSafeEqual(given, wanted);
      });
    },
  };
}
