// Where an answer of the network becomes an answer of Pixora. Promises: a call waits no longer than its deadline, what is
// not Pixora's JSON is an AnswerError with its status, and a failure of the network is a ConnectionError.
import { AnswerError, ConnectionError } from "./errors.ts";

export interface AnswersInput {
  fetch: typeof fetch;
  /** How long one request may take, its body included. */
  timeoutMs: number;
  /** Set by each answer that tells the server's time. */
  clock?: Clock | undefined;
}

/** How far this machine's clock is ahead of the server's. */
export interface Clock {
  aheadMs: number;
}

/** A fetch for calls: it resolves once the body has been read and is Pixora's. */
export function fetchAnswers({ fetch: send, timeoutMs, clock }: AnswersInput): typeof fetch {
  return (url, init) =>
    new Promise((resolve, reject) => {
      const stopping = new AbortController();
      const given = init?.signal;
      const timer = setTimeout(() => stop(tooLate(timeoutMs)), timeoutMs);
      const onAbort = () => stop(given?.reason);

      function settle(): void {
        clearTimeout(timer);
        given?.removeEventListener("abort", onAbort);
      }

      // The promise is settled here too: a fetch of the app's own may not listen to its signal.
      function stop(reason: unknown): void {
        settle();
        reject(reason);
        stopping.abort(reason);
      }

      if (given?.aborted) return onAbort();
      given?.addEventListener("abort", onAbort, { once: true });
      readAnswer(send, url, { ...init, signal: stopping.signal })
        .then((answer) => {
          if (clock !== undefined) setClock(clock, answer);
          resolve(answer);
        })
        .catch(reject)
        .finally(settle);
    });
}

/** What an answer says that is not the stream which was asked for: Pixora's refusal, or an AnswerError. */
export async function refusalOf(answer: Response): Promise<object> {
  const json = parsed(await answer.text());
  return isObject(json) && isPixoras(json) && "error" in json ? json : answerErrorOf(answer);
}

/** The failure of whoever has waited for as long as this. */
export function tooLate(timeoutMs: number): ConnectionError {
  return new ConnectionError(`no answer came within ${timeoutMs / 1_000} s`);
}

/** To a second, which is all that the header tells. A browser shows it to pages of other origins where the server says so. */
function setClock(clock: Clock, answer: Response): void {
  const serverMs = Date.parse(answer.headers.get("date") ?? "");
  if (!Number.isNaN(serverMs)) clock.aheadMs = Date.now() - serverMs;
}

type Address = Parameters<typeof fetch>[0];

async function readAnswer(send: typeof fetch, url: Address, init: RequestInit): Promise<Response> {
  let answer: Response;
  let text: string;
  try {
    answer = await send(url, init);
    text = await answer.text();
  } catch (cause) {
    throw networkFailureOf(url, cause);
  }
  const json = parsed(text);
  if (!isPixoras(json)) throw answerErrorOf(answer);
  // The body has been read: whoever asks for it gets what it said.
  return Object.defineProperty(answer, "json", { value: async () => json });
}

/** What fetch threw, as a failure of the network. A URL that is none says the same: no time mends that mistake of the app. */
export function networkFailureOf(url: Address, cause: unknown): unknown {
  if (!isAddress(String(url))) return cause;
  return new ConnectionError(cause instanceof Error ? cause.message : "the network failed", { cause });
}

function isAddress(url: string): boolean {
  try {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(new URL(url, globalThis.location?.href).href)?.[1];
    return scheme === "http" || scheme === "https";
  } catch {
    return false;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether it is one answer of the API, or a batch of them. */
function isPixoras(json: unknown): boolean {
  if (Array.isArray(json)) return json.length > 0 && json.every((item) => isPixoras(item));
  if (!isObject(json)) return false;
  return isObject(json.result) || (isObject(json.error) && typeof json.error.code === "number");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function answerErrorOf(answer: Response): AnswerError {
  const contentType = answer.headers.get("content-type");
  return new AnswerError({ status: answer.status, contentType, retryAfterMs: retryAfterMsOf(answer) });
}

/** The header counts seconds or names a moment. */
function retryAfterMsOf(answer: Response): number | null {
  const header = answer.headers.get("retry-after");
  if (header === null) return null;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(waitMs) ? null : Math.max(waitMs, 0);
}
