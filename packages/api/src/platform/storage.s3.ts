// The storage in the cloud: a private bucket of AWS S3, Cloudflare R2, MinIO or another store that speaks S3.
// Promises: every URL that leaves here is signed; an upload's type, length and `If-None-Match: *` are in its signature.
import { createHash, createHmac } from "node:crypto";
import { AwsClient, AwsV4Signer } from "aws4fetch";
import { LRUCache } from "lru-cache";
import type { Clock } from "./deps.ts";
import { type Storage, StorageAwayError, signedUrlLifeMs, signingInstant, signingPeriodOf } from "./storage.ts";

export interface S3StorageInput {
  bucket: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Of a store other than AWS: the bucket is the first part of its paths. */
  endpoint: string | undefined;
  /** Where browsers reach the same store. Default: `endpoint`. */
  publicEndpoint: string | undefined;
  clock: Clock;
}

const requestTimeoutMs = 20_000;

/** Opens a bucket as storage; nothing is contacted before it is used. */
export function createS3Storage(input: S3StorageInput): Storage {
  const { accessKeyId, secretAccessKey, region, clock } = input;
  const credentials = { accessKeyId, secretAccessKey, region, service: "s3" };
  const client = new AwsClient({ ...credentials, retries: 2, initRetryMs: 100 });
  const bucketUrl = bucketUrlAt(input, input.endpoint);
  const publicBucketUrl = bucketUrlAt(input, input.publicEndpoint ?? input.endpoint);
  const signRead = createReadSigner({ ...input, bucketUrl: publicBucketUrl });

  /** Answers of 404 are the caller's to read; a store that is busy or away throws StorageAwayError. */
  async function ask(method: string, path: string, init: { headers?: Record<string, string>; body?: Uint8Array } = {}) {
    const answer = await client
      .fetch(`${bucketUrl}${path}`, { method, ...init, signal: AbortSignal.timeout(requestTimeoutMs) } as RequestInit)
      .catch((cause) => {
        throw new StorageAwayError(`the store did not answer to ${method}`, { cause });
      });
    if (answer.ok || answer.status === 404) return answer;
    const text = (await answer.text()).slice(0, 500);
    const message = `the store answered ${answer.status} to ${method} ${path}: ${text}`;
    throw answer.status >= 500 || answer.status === 429 ? new StorageAwayError(message) : new Error(message);
  }

  return {
    local: null,
    async signUpload({ key, contentType, byteSize, lifeMs }) {
      const now = clock.now();
      const headers = { "content-type": contentType, "if-none-match": "*" };
      const signer = new AwsV4Signer({
        ...credentials,
        method: "PUT",
        url: `${publicBucketUrl}/${key}?X-Amz-Expires=${Math.floor(lifeMs / 1_000)}`,
        // The sender's own HTTP client states the length; here it becomes part of the signature.
        headers: { ...headers, "content-length": String(byteSize) },
        datetime: amzDate(now),
        signQuery: true,
        allHeaders: true,
      });
      const { url } = await signer.sign();
      return { method: "PUT", url: url.toString(), headers, expiresAt: new Date(now.getTime() + lifeMs) };
    },
    async stat({ key }) {
      const answer = await ask("HEAD", `/${key}`);
      if (answer.status === 404) return null;
      const contentType = answer.headers.get("content-type");
      return { byteSize: Number(answer.headers.get("content-length")), contentType };
    },
    async copy({ from, to }) {
      const answer = await ask("PUT", `/${to}`, { headers: { "x-amz-copy-source": `/${input.bucket}/${from}` } });
      const text = await answer.text();
      // A copy that fails half-way says so under a status of 200.
      if (answer.ok && text.includes("<Error>")) throw new StorageAwayError(`a copy failed: ${text.slice(0, 500)}`);
      return answer.ok;
    },
    async read({ key, maxBytes }) {
      const answer = await ask("GET", `/${key}`);
      if (answer.status === 404) return null;
      return readBounded(answer, { key, maxBytes });
    },
    async put({ key, bytes, contentType }) {
      const cacheControl = `private, max-age=${signedUrlLifeMs / 1_000}, immutable`;
      const answer = await ask("PUT", `/${key}`, {
        headers: { "content-type": contentType, "cache-control": cacheControl },
        body: bytes,
      });
      if (!answer.ok) throw new Error(`the bucket ${input.bucket} does not exist`);
    },
    async deleteMany({ keys }) {
      // One by one: not every store knows the call that takes many.
      for (const key of keys) await ask("DELETE", `/${key}`);
    },
    async *list({ prefix }) {
      let token: string | undefined;
      do {
        const query = new URLSearchParams({ "list-type": "2", prefix });
        if (token !== undefined) query.set("continuation-token", token);
        const text = await (await ask("GET", `/?${query}`)).text();
        // Our keys hold no character that XML would spell otherwise.
        yield [...text.matchAll(/<Key>([^<]+)<\/Key>/g)].map((match) => match[1] ?? "");
        token = /<NextContinuationToken>([^<]+)</.exec(text)?.[1]?.replaceAll("&amp;", "&");
      } while (token !== undefined);
    },
    async deleteDrafts() {
      // The store shows only what was written whole.
    },
    signingPeriod: () => signingPeriodOf(clock.now()),
    urlOf({ key }) {
      const signedAt = signingInstant(clock.now());
      return { url: signRead(key, signedAt), expiresAt: new Date(signedAt.getTime() + signedUrlLifeMs) };
    },
  };
}

function bucketUrlAt(input: S3StorageInput, endpoint: string | undefined): string {
  if (endpoint === undefined) return `https://${input.bucket}.s3.${input.region}.amazonaws.com`;
  return `${endpoint.replace(/\/+$/, "")}/${input.bucket}`;
}

/** "20261103T101500Z" */
function amzDate(instant: Date): string {
  return instant.toISOString().replace(/[-:]|\.\d{3}/g, "");
}

interface ReadSignerInput extends S3StorageInput {
  bucketUrl: string;
}

/**
 * Signs GETs (AWS Signature Version 4, in the query). Its own code, since a page holds a hundred of them: with the day's
 * key at hand one costs two hashes and nothing to wait for.
 */
function createReadSigner(input: ReadSignerInput): (key: string, signedAt: Date) => string {
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

async function readBounded(answer: Response, input: { key: string; maxBytes: number }): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let byteSize = 0;
  for await (const chunk of answer.body ?? []) {
    byteSize += chunk.length;
    if (byteSize > input.maxBytes) throw new Error(`${input.key} is larger than ${input.maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
