// pixora.media.upload: a picture from a file to "ready" in one call, with progress, retries and an end at any moment.
// Promises: however often it is tried again, one picture comes of it; the file goes straight to the storage.
import type { AppRouter, RouterInputs, RouterOutputs } from "@pixora/api";
import { type TRPCClient, TRPCClientError } from "@trpc/client";
import { AnswerError, isPixoraError } from "./errors.ts";
import { newKey } from "./key.ts";
import { type SendFile, sendByFetch, sendByXhr } from "./upload.send.ts";
import { sniffContentType } from "./upload.type.ts";

type MediaView = RouterOutputs["media"]["byId"];
type Ticket = RouterOutputs["media"]["create"]["upload"];

/** A file from an input element, or bytes. */
export type UploadSource = Blob | ArrayBuffer | Uint8Array;

export interface UploadOptions {
  purpose: RouterInputs["media"]["create"]["purpose"];
  /** What kind of picture it is. Default: what its first bytes say, else the file's own type. */
  contentType?: string;
  /** Called with the part that is sent, from 0 to 1. Without XMLHttpRequest (Node) only at the ends. */
  onProgress?: (part: number) => void;
  /** Ends the upload; the call rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** The server could not make a picture of the file; the message says why, for people. */
export class UploadError extends Error {
  override readonly name = "UploadError";
  readonly media: MediaView;

  constructor(media: MediaView) {
    super(media.reason ?? "The picture is still being made: try again later.");
    this.media = media;
  }
}

const maxAttempts = 5;
/** From this size on it is asked whether a file has arrived before all of it is sent again. */
const largeBytes = 1_000_000;
const firstDelayMs = 200;
const maxDelayMs = 5_000;
const firstLookMs = 100;
const maxLookMs = 2_000;
const giveUpAfterMs = 5 * 60_000;

interface Job {
  client: TRPCClient<AppRouter>;
  send: SendFile;
  body: Blob;
  announced: RouterInputs["media"]["create"];
  onProgress: (part: number) => void;
  signal: AbortSignal | undefined;
}

/**
 * Makes `upload` for a client. It resolves with the picture once it is `ready`; rejects with UploadError where no
 * picture can be made of the file, with an error of `isAnswerError` and its status where the storage or a proxy refuses it, with the client's errors where a call is refused.
 */
export function createUpload(input: {
  client: TRPCClient<AppRouter>;
  /** Given by the app; else the browser's XMLHttpRequest is used, which tells how far it is. */
  fetch: typeof fetch | undefined;
}): (file: UploadSource, options: UploadOptions) => Promise<MediaView> {
  const { client } = input;
  const hasXhr = input.fetch === undefined && typeof XMLHttpRequest !== "undefined";
  const send = hasXhr ? sendByXhr : sendByFetch(input.fetch ?? globalThis.fetch.bind(globalThis));

  return async function upload(file, options) {
    const { purpose, onProgress = () => {}, signal } = options;
    signal?.throwIfAborted();
    const body = file instanceof Blob ? file : new Blob([file as BlobPart]);
    const contentType =
      options.contentType ?? (await sniffContentType(body)) ?? (body.type || "application/octet-stream");
    const announced = { purpose, contentType, byteSize: body.size, idempotencyKey: newKey() };
    const job = { client, send, body, announced, onProgress, signal };
    const mediaId = await deliver(job);
    onProgress(1);
    await client.media.complete.mutate({ mediaId }, callOf(job));
    return waitUntilMade(job, mediaId);
  };
}

function callOf({ signal }: Job): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** Sends the file until it has arrived; answers the picture's id. */
async function deliver(job: Job): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    // Again with the same key: the same picture, and a permission that has not run out.
    const { media, upload } = await job.client.media.create.mutate(job.announced, callOf(job));
    if (media.state !== "pending" || (await sendOnce(job, { upload, isLast: attempt === maxAttempts })))
      return media.id;
    if (job.body.size >= largeBytes && (await hasArrived(job, media.id))) return media.id;
    await pause(Math.min(firstDelayMs * 2 ** (attempt - 1), maxDelayMs) * (0.5 + Math.random() / 2), job.signal);
  }
}

/** Whether the answer alone got lost. Until a file is declared done, its picture does not show that it is there. */
async function hasArrived(job: Job, mediaId: string): Promise<boolean> {
  try {
    await job.client.media.complete.mutate({ mediaId }, callOf(job));
    return true;
  } catch (error) {
    if (isPixoraError(error, "media.notReady")) return false;
    throw error;
  }
}

/** False where another attempt may succeed. */
async function sendOnce(job: Job, { upload, isLast }: { upload: Ticket; isLast: boolean }): Promise<boolean> {
  const { send, body, onProgress, signal } = job;
  let status: number;
  try {
    status = await send({ upload, body, onProgress, signal });
  } catch (error) {
    if (isLast || signal?.aborted || !(error instanceof TypeError)) throw error;
    return false;
  }
  // 412: an attempt whose answer got lost had arrived.
  if ((status >= 200 && status < 300) || status === 412) return true;
  const mayPass = status >= 500 || status === 403 || status === 408 || status === 429;
  if (isLast || !mayPass) throw TRPCClientError.from(new AnswerError(refusalOf(status)));
  return false;
}

function refusalOf(status: number): ConstructorParameters<typeof AnswerError>[0] {
  const sentence =
    status === 413
      ? "the file is too large for a proxy or for the storage (status 413)"
      : `the storage refused the file with status ${status}`;
  return { status, contentType: null, retryAfterMs: null, sentence };
}

async function waitUntilMade(job: Job, mediaId: string): Promise<MediaView> {
  const startedAtMs = Date.now();
  for (let delayMs = firstLookMs; ; delayMs = Math.min(delayMs * 1.5, maxLookMs)) {
    const media = await job.client.media.byId.query({ mediaId }, callOf(job));
    if (media.state === "ready") return media;
    if (media.state === "failed" || Date.now() - startedAtMs > giveUpAfterMs) throw new UploadError(media);
    await pause(delayMs, job.signal);
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    function stop() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
