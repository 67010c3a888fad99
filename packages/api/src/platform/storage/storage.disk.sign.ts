// What the disk driver signs: upload permissions and URLs. Pure but for the clock.
import type { Clock } from "../process/deps.ts";
import { createSigner } from "../secret/signature.ts";
import { type LocalFiles, type Storage, signedUrlLifeMs, signingInstant, signingPeriodOf } from "./storage.ts";

type StorageSigner = Pick<Storage, "signUpload" | "signingPeriod" | "urlOf">;
type LocalSigner = Pick<LocalFiles, "readUploadToken" | "checkUrl">;

/** `publicUrl` is where browsers reach the server; the first secret signs, all verify. */
export function createDiskSigner(input: {
  publicUrl: string;
  secrets: readonly string[];
  clock: Clock;
}): StorageSigner & LocalSigner {
  const { publicUrl, secrets, clock } = input;
  const uploads = createSigner({ secrets, purpose: "pixora.storage.upload" });
  const urls = createSigner({ secrets, purpose: "pixora.storage.url" });
  return {
    async signUpload({ key, contentType, byteSize, lifeMs }) {
      const expiresAt = new Date(clock.now().getTime() + lifeMs);
      const body = Buffer.from(JSON.stringify([key, contentType, byteSize, expiresAt.getTime()])).toString("base64url");
      // In the query, which no log keeps.
      const url = `${publicUrl}/media/upload?t=${body}.${uploads.sign(body)}`;
      return { method: "PUT", url, headers: { "content-type": contentType }, expiresAt };
    },
    readUploadToken(token) {
      const [body, signature, ...rest] = token.split(".");
      if (body === undefined || signature === undefined || rest.length > 0) return null;
      if (!uploads.isValid(body, signature)) return null;
      const [key, contentType, byteSize, expiresAtMs] = JSON.parse(Buffer.from(body, "base64url").toString());
      return expiresAtMs > clock.now().getTime() ? { key, contentType, byteSize } : null;
    },
    signingPeriod: () => signingPeriodOf(clock.now()),
    urlOf({ key, isPublic }) {
      const url = `${publicUrl}/media/${key}`;
      if (isPublic) return { url, expiresAt: null };
      const expiresAt = new Date(signingInstant(clock.now()).getTime() + signedUrlLifeMs);
      const expires = expiresAt.getTime().toString(36);
      return { url: `${url}?e=${expires}&s=${urls.sign(`${key}?${expires}`)}`, expiresAt };
    },
    checkUrl({ key, expires, signature }) {
      if (!urls.isValid(`${key}?${expires}`, signature)) return null;
      const leftMs = Number.parseInt(expires, 36) - clock.now().getTime();
      return leftMs > 0 ? leftMs : null;
    },
  };
}
