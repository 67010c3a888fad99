// Where files are: one contract, two drivers (storage.disk.ts, storage.s3.ts). Keys are ASCII paths without a leading
// slash. Promises: an upload is what was signed (place, type, size, time) or is refused; reading needs a signature,
// save for what the caller calls public on a driver that serves files itself.
import type { Readable } from "node:stream";

/** What a signed upload permits: this many bytes of this type at this place. */
export interface Upload {
  key: string;
  contentType: string;
  byteSize: number;
}

/** A request that its holder may send once, until it expires. */
export interface SignedRequest {
  method: "PUT";
  url: string;
  headers: Record<string, string>;
  expiresAt: Date;
}

export interface SignedUrl {
  url: string;
  /** When the URL dies; null for one that does not. */
  expiresAt: Date | null;
}

export interface StoredFile {
  byteSize: number;
  /** As stored; null where the driver keeps none. */
  contentType: string | null;
}

/** How long a signed URL lives, at most. */
export const signedUrlLifeMs = 10 * 60_000;

const periodMs = 60_000;

/** The number of the minute. Signed URLs of one minute are equal, so they can be cached, here and in browsers. */
export function signingPeriodOf(now: Date): number {
  return Math.floor(now.getTime() / periodMs);
}

/** The instant as of which a URL is signed: the start of the minute, so that it lives nine to ten of them. */
export function signingInstant(now: Date): Date {
  return new Date(signingPeriodOf(now) * periodMs);
}

export interface Storage {
  /** Signs an upload. Nothing is stored by it; signing again is another permission for the same place. */
  signUpload(input: Upload & { lifeMs: number }): Promise<SignedRequest>;
  /** What is stored at a place, or null. */
  stat(input: { key: string }): Promise<StoredFile | null>;
  /** Copies on the side of the store, replacing what is there; false where there is nothing to copy. */
  copy(input: { from: string; to: string }): Promise<boolean>;
  /** The whole file, or null where there is none. Throws where it is larger than `maxBytes`. */
  read(input: { key: string; maxBytes: number }): Promise<Buffer | null>;
  /** Writes a file, replacing what is there; it is there whole or not at all. */
  put(input: { key: string; bytes: Uint8Array; contentType: string }): Promise<void>;
  /** Deletes files; those that are not there are passed over. */
  deleteMany(input: { keys: readonly string[] }): Promise<void>;
  /** All keys that start with a prefix ending in "/", in batches. */
  list(input: { prefix: string }): AsyncIterable<string[]>;
  /** Deletes what writes left behind that were cut off; what is younger may still be written to. */
  deleteDrafts(input: { olderThanMs: number }): Promise<void>;
  /** URLs of one period are equal: whoever keeps what `urlOf` answered asks again in the next. */
  signingPeriod(): number;
  /** Where a file is read by browsers. Makes no contact. */
  urlOf(input: { key: string; isPublic: boolean }): SignedUrl;
  /** For the server that serves files itself; null where the store does. */
  local: LocalFiles | null;
}

/** A part of a file, both ends included. */
export interface ByteRange {
  start: number;
  end: number;
}

/** The HTTP side of a driver whose files this process receives and serves. */
export interface LocalFiles {
  /** What a token of `signUpload` permits now, or null for a forged or expired one. */
  readUploadToken(token: string): Upload | null;
  /** Stores the body of a permitted upload, unless there is one already or it is not of the signed size. */
  receive(upload: Upload, body: Readable): Promise<"stored" | "exists" | "wrongSize">;
  /** Milliseconds that a signed URL still lives; null for a forged or expired one. */
  checkUrl(input: { key: string; expires: string; signature: string }): number | null;
  /** A stored file to be sent, or null. */
  open(key: string): Promise<{ byteSize: number; stream(range?: ByteRange): Readable } | null>;
}

/** The store does not answer or is overloaded: the same will succeed later. */
export class StorageAwayError extends Error {
  override name = "StorageAwayError";
}
