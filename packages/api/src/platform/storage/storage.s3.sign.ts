// What the S3 driver signs (AWS Signature Version 4, in the query): uploads by aws4fetch, reads by our own code, since a
// page holds a hundred of them: with the day's key at hand one costs two hashes and nothing to wait for.
import { createHash, createHmac } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import { LRUCache } from "lru-cache";
import type { SignedRequest, Upload } from "./storage.ts";
import { signedUrlLifeMs } from "./storage.ts";

export interface S3SignerInput {
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Where browsers reach the bucket. */
  bucketUrl: string;
}

/** Signs a PUT: its type, its length and `If-None-Match: *` are part of the signature. */
export async function signS3Upload(
  input: S3SignerInput,
  upload: Upload & { lifeMs: number; now: Date },
): Promise<SignedRequest> {
  const { bucketUrl, ...credentials } = input;
  const headers = { "content-type": upload.contentType, "if-none-match": "*" };
  const signer = new AwsV4Signer({
    ...credentials,
    service: "s3",
    method: "PUT",
    url: `${bucketUrl}/${upload.key}?X-Amz-Expires=${Math.floor(upload.lifeMs / 1_000)}`,
    // The sender's own HTTP client states the length.
    headers: { ...headers, "content-length": String(upload.byteSize) },
    datetime: amzDate(upload.now),
    signQuery: true,
    allHeaders: true,
  });
  const { url } = await signer.sign();
  return { method: "PUT", url: url.toString(), headers, expiresAt: new Date(upload.now.getTime() + upload.lifeMs) };
}

/** "20261103T101500Z" */
function amzDate(instant: Date): string {
  return instant.toISOString().replace(/[-:]|\.\d{3}/g, "");
}

/** Signs GETs of a key as of an instant; what it signed lately it knows by heart. */
export function createReadSigner(input: S3SignerInput): (key: string, signedAt: Date) => string {
  const { host, pathname } = new URL(input.bucketUrl);
  const known = new LRUCache<string, string>({ max: 10_000 });
  let dayKey: { day: string; key: Buffer } = { day: "", key: Buffer.alloc(0) };

  function keyOfDay(day: string): Buffer {
    if (dayKey.day !== day) {
      const parts = [day, input.region, "s3", "aws4_request"];
      const start = Buffer.from(`AWS4${input.secretAccessKey}`);
      dayKey = { day, key: parts.reduce<Buffer>((key, part) => hmac(key, part), start) };
    }
    return dayKey.key;
  }

  return (key, signedAt) => {
    const date = amzDate(signedAt);
    const cached = known.get(`${key} ${date}`);
    if (cached !== undefined) return cached;
    const day = date.slice(0, 8);
    const scope = `${day}/${input.region}/s3/aws4_request`;
    const query = [
      "X-Amz-Algorithm=AWS4-HMAC-SHA256",
      `X-Amz-Credential=${encodeURIComponent(`${input.accessKeyId}/${scope}`)}`,
      `X-Amz-Date=${date}`,
      `X-Amz-Expires=${signedUrlLifeMs / 1_000}`,
      "X-Amz-SignedHeaders=host",
    ].join("&");
    const path = `${pathname === "/" ? "" : pathname}/${key}`;
    const request = ["GET", path, query, `host:${host}`, "", "host", "UNSIGNED-PAYLOAD"].join("\n");
    const digest = createHash("sha256").update(request).digest("hex");
    const toSign = ["AWS4-HMAC-SHA256", date, scope, digest].join("\n");
    const url = `${input.bucketUrl}/${key}?${query}&X-Amz-Signature=${hmac(keyOfDay(day), toSign).toString("hex")}`;
    known.set(`${key} ${date}`, url);
    return url;
  };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
