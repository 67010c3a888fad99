// The storage in the cloud: a private bucket of AWS S3, Cloudflare R2, MinIO or another store that speaks S3.
// Promises: every URL that leaves here is signed; a store that is busy or away is a StorageAwayError.
import { AwsClient } from "aws4fetch";
import type { Clock } from "../process/deps.ts";
import { createReadSigner, signS3Upload } from "./storage.s3.sign.ts";
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
  const { region, accessKeyId, secretAccessKey, clock } = input;
  const bucketUrl = bucketUrlAt(input, input.publicEndpoint ?? input.endpoint);
  const signer = { region, accessKeyId, secretAccessKey, bucketUrl };
  const signRead = createReadSigner(signer);
  return {
    ...bucketFiles(input),
    local: null,
    signUpload: (upload) => signS3Upload(signer, { ...upload, now: clock.now() }),
    signingPeriod: () => signingPeriodOf(clock.now()),
    urlOf({ key }) {
      const signedAt = signingInstant(clock.now());
      return { url: signRead(key, signedAt), expiresAt: new Date(signedAt.getTime() + signedUrlLifeMs) };
    },
    async deleteDrafts() {
      // The store shows only what was written whole.
    },
  };
}

type BucketFiles = Pick<Storage, "stat" | "copy" | "read" | "put" | "deleteMany" | "list">;

function bucketFiles(input: S3StorageInput): BucketFiles {
  const ask = createAsker(input);
  return {
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
      return answer.status === 404 ? null : readBounded(answer, { key, maxBytes });
    },
    async put({ key, bytes, contentType }) {
      const cacheControl = `private, max-age=${signedUrlLifeMs / 1_000}, immutable`;
      const headers = { "content-type": contentType, "cache-control": cacheControl };
      const answer = await ask("PUT", `/${key}`, { headers, body: bytes });
      if (!answer.ok) throw new Error(`the bucket ${input.bucket} does not exist`);
    },
    async deleteMany({ keys }) {
      // One by one: not every store knows the call that takes many.
      for (const key of keys) await ask("DELETE", `/${key}`);
    },
    list: ({ prefix }) => listBucket(ask, prefix),
  };
}

type Ask = (
  method: string,
  path: string,
  init?: { headers?: Record<string, string>; body?: Uint8Array },
) => Promise<Response>;

/** Answers of 404 are the caller's to read; a store that is busy or away throws StorageAwayError. */
function createAsker(input: S3StorageInput): Ask {
  const { accessKeyId, secretAccessKey, region } = input;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 2, initRetryMs: 100 });
  const bucketUrl = bucketUrlAt(input, input.endpoint);
  return async (method, path, init = {}) => {
    const answer = await client
      .fetch(`${bucketUrl}${path}`, { method, ...init, signal: AbortSignal.timeout(requestTimeoutMs) } as RequestInit)
      .catch((cause) => {
        throw new StorageAwayError(`the store did not answer to ${method}`, { cause });
      });
    if (answer.ok || answer.status === 404) return answer;
    const text = (await answer.text()).slice(0, 500);
    const message = `the store answered ${answer.status} to ${method} ${path}: ${text}`;
    throw answer.status >= 500 || answer.status === 429 ? new StorageAwayError(message) : new Error(message);
  };
}

function bucketUrlAt(input: S3StorageInput, endpoint: string | undefined): string {
  if (endpoint === undefined) return `https://${input.bucket}.s3.${input.region}.amazonaws.com`;
  return `${endpoint.replace(/\/+$/, "")}/${input.bucket}`;
}

async function* listBucket(ask: Ask, prefix: string): AsyncGenerator<string[], void, undefined> {
  let token: string | undefined;
  do {
    const query = new URLSearchParams({ "list-type": "2", prefix });
    if (token !== undefined) query.set("continuation-token", token);
    // Without a slash after the bucket: not every store signs one as it is sent.
    const text = await (await ask("GET", `?${query}`)).text();
    // Our keys hold no character that XML would spell otherwise.
    yield [...text.matchAll(/<Key>([^<]+)<\/Key>/g)].map((match) => match[1] ?? "");
    token = /<NextContinuationToken>([^<]+)</.exec(text)?.[1]?.replaceAll("&amp;", "&");
  } while (token !== undefined);
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
