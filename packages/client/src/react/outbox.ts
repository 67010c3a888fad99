// Changes made without a network: they wait in order and are sent in order, once each, by one tab for all.
// Promises: what waits outlives the page; a change whose answer got lost is sent again under its first key; a refused one
// leaves and is undone, and with it what was built on it.
import { TRPCClientError } from "@trpc/client";
import { isAnswerError, isConnectionError, isPixoraError, type PixoraError } from "../errors.ts";
import { metaOf } from "../procedure.meta.ts";
import { namesThing, type OutboxStorage, openOutboxStorage, type Waiting } from "./outbox.storage.ts";
import type { Fields } from "./records.ts";
import type { Signal } from "./signal.ts";

/** What tabs tell each other of what waits. */
export type OutboxMessage =
  | { type: "added"; entry: Waiting }
  | { type: "taken"; entry: Waiting; answer: unknown }
  | { type: "refused"; entry: Waiting; error: WireError };

interface WireError {
  message: string;
  data: unknown;
}

export interface OutboxInput {
  name: string;
  isLeader: Signal<boolean>;
  post(message: OutboxMessage): void;
  /** Calls the procedure. */
  send(entry: Waiting): Promise<unknown>;
  /** Of every tab's changes, this one's too. */
  onAdded(entry: Waiting): void;
  onTaken(entry: Waiting, answer: unknown): void;
  onRefused(entry: Waiting, error: unknown): void;
  /** It waits no more, and this tab has not heard how it went. */
  onMissed(entry: Waiting): void;
}

export interface Outbox {
  /** Keeps a change until it can be sent. Answers its number; rejects where too many wait. */
  add(change: { path: string; input: Fields; madeId: string | null }): Promise<number>;
  /** How many wait, as far as this tab knows. */
  count(): number;
  /** What another tab has told. */
  hear(message: OutboxMessage): void;
  /** Tries to send now what waits. */
  wake(): void;
  close(): void;
}

const maxWaiting = 200;
const maxAgeMs = 7 * 24 * 3_600_000;
/** As long as the server remembers a key. */
const keyLifeMs = 24 * 3_600_000;
const minDelayMs = 500;
const maxDelayMs = 30_000;

/** Whether a change may wait: sending it later, or twice, does no harm. */
export function mayWait(path: string): boolean {
  return metaOf(path).repeat !== "never" && !path.startsWith("media.") && !path.startsWith("push.");
}

/** Whether a call failed for want of a network, so that it may be made later. */
export function isForLater(error: unknown): boolean {
  return isConnectionError(error) || (isAnswerError(error) && error.cause.mayPass);
}

/** Refusals that say nothing of the change itself. What waits is kept for whom it belongs to. */
function isNotNow(error: PixoraError): boolean {
  const { appCode } = error.data;
  return appCode === "limit.exceeded" || appCode === "service.unavailable" || appCode.startsWith("auth.");
}

interface Inside {
  input: OutboxInput;
  storage: Promise<OutboxStorage>;
  /** What waited when this page began is known. */
  isRead: Promise<void>;
  /** By number: those that this tab knows to wait. */
  known: Map<number, Waiting>;
  isSending: boolean;
  isClosed: boolean;
  delayMs: number;
  timer: ReturnType<typeof setTimeout> | null;
}

export function openOutbox(input: OutboxInput): Outbox {
  const inside: Inside = {
    input,
    storage: openOutboxStorage(input.name),
    isRead: Promise.resolve(),
    known: new Map(),
    isSending: false,
    isClosed: false,
    delayMs: minDelayMs,
    timer: null,
  };
  const wake = () => void drain(inside);
  const stop = input.isLeader.listen(wake);
  if (typeof addEventListener === "function") addEventListener("online", wake);
  const unwatch = watchReturn(() => void reconcile(inside));
  inside.isRead = readAll(inside);
  void inside.isRead.then(wake);
  return {
    async add({ path, input: callInput, madeId }) {
      if (inside.known.size >= maxWaiting) throw new Error(`no more than ${maxWaiting} changes wait for the network`);
      const entry = { path, input: callInput, madeId, madeAtMs: Date.now() };
      await inside.isRead;
      const id = await (await inside.storage).add(entry);
      const added = { ...entry, id };
      inside.known.set(id, added);
      input.post({ type: "added", entry: added });
      retryLater(inside);
      return id;
    },
    count: () => inside.known.size,
    hear: (message) => hear(inside, message),
    wake,
    close() {
      inside.isClosed = true;
      stop();
      unwatch();
      if (typeof removeEventListener === "function") removeEventListener("online", wake);
      if (inside.timer !== null) clearTimeout(inside.timer);
      void inside.storage.then((storage) => storage.close());
    },
  };
}

/** What waited when this page began is seen by it. */
async function readAll(inside: Inside): Promise<void> {
  for (const entry of await (await inside.storage).list()) {
    if (inside.known.has(entry.id) || inside.isClosed) continue;
    inside.known.set(entry.id, entry);
    inside.input.onAdded(entry);
  }
}

/** A page that was put aside has missed what became of some: they no longer wait. */
async function reconcile(inside: Inside): Promise<void> {
  const waiting = new Set((await (await inside.storage).list()).map(({ id }) => id));
  for (const entry of [...inside.known.values()]) {
    if (waiting.has(entry.id)) continue;
    inside.known.delete(entry.id);
    inside.input.onMissed(entry);
  }
  void drain(inside);
}

function watchReturn(onReturn: () => void): () => void {
  if (typeof document === "undefined") return () => {};
  function onChange(): void {
    if (document.visibilityState === "visible") onReturn();
  }
  document.addEventListener("visibilitychange", onChange);
  return () => document.removeEventListener("visibilitychange", onChange);
}

function hear(inside: Inside, message: OutboxMessage): void {
  const { entry } = message;
  if (message.type === "added") {
    inside.known.set(entry.id, entry);
    inside.input.onAdded(entry);
    void drain(inside);
    return;
  }
  inside.known.delete(entry.id);
  if (message.type === "taken") inside.input.onTaken(entry, message.answer);
  else inside.input.onRefused(entry, errorOf(message.error));
}

function retryLater(inside: Inside): void {
  if (inside.isClosed || inside.timer !== null) return;
  inside.timer = setTimeout(
    () => {
      inside.timer = null;
      void drain(inside);
    },
    inside.delayMs * (0.5 + Math.random() / 2),
  );
}

/** Sends what waits, the oldest first, for as long as this tab leads and the network is there. */
async function drain(inside: Inside): Promise<void> {
  if (inside.isSending) return;
  inside.isSending = true;
  try {
    while (inside.input.isLeader.get() && !inside.isClosed) {
      const [entry] = await (await inside.storage).list();
      if (entry === undefined) break;
      if (!(await sendOne(inside, entry))) {
        inside.delayMs = Math.min(inside.delayMs * 2, maxDelayMs);
        retryLater(inside);
        break;
      }
      inside.delayMs = minDelayMs;
    }
  } finally {
    inside.isSending = false;
  }
}

/** False where the network is still away. */
async function sendOne(inside: Inside, entry: Waiting): Promise<boolean> {
  const ageMs = Date.now() - entry.madeAtMs;
  if (ageMs > maxAgeMs || (entry.madeId !== null && ageMs > keyLifeMs)) {
    await refuse(inside, { entry, error: new Error("This has waited too long to be sent unasked") });
    return true;
  }
  try {
    const answer = await inside.input.send(entry);
    await (await inside.storage).remove(entry.id, namedBy(entry, answer));
    inside.known.delete(entry.id);
    inside.input.post({ type: "taken", entry, answer });
    inside.input.onTaken(entry, answer);
    return true;
  } catch (error) {
    if (!isPixoraError(error) || isNotNow(error)) return false;
    await refuse(inside, { entry, error });
    return true;
  }
}

function namedBy({ madeId }: Waiting, answer: unknown): { from: string; to: string } | undefined {
  const id = (answer as { id?: unknown } | null)?.id;
  return madeId !== null && typeof id === "string" ? { from: madeId, to: id } : undefined;
}

/** Takes a refused change out, and what names the thing that it would have made. */
async function refuse(inside: Inside, { entry, error }: { entry: Waiting; error: Error }): Promise<void> {
  const storage = await inside.storage;
  const { madeId } = entry;
  const others = madeId === null ? [] : (await storage.list()).filter((one) => namesThing(one, madeId));
  for (const one of [entry, ...others]) {
    await storage.remove(one.id);
    inside.known.delete(one.id);
    const data = error instanceof TRPCClientError ? error.data : undefined;
    inside.input.post({ type: "refused", entry: one, error: { message: error.message, data } });
    inside.input.onRefused(one, error);
  }
}

/** An error of another tab as it was there. */
function errorOf({ message, data }: WireError): Error {
  if (data === undefined) return new Error(message);
  return TRPCClientError.from({ error: { message, code: -32_600, data } } as never);
}
