// The one HTTP request that carries the file: by XMLHttpRequest where there is one, for its progress, else by fetch.
// Promises: resolves with the status, whatever it is; rejects with a TypeError where the network failed.

interface FileToSend {
  upload: { method: string; url: string; headers: Record<string, string> };
  body: Blob;
  /** From 0 to 1. */
  onProgress: (part: number) => void;
  signal: AbortSignal | undefined;
}

export type SendFile = (file: FileToSend) => Promise<number>;

/** Tells the beginning only: fetch does not know how far it is. */
export function sendByFetch(send: typeof fetch): SendFile {
  return async ({ upload, body, onProgress, signal }) => {
    onProgress(0);
    const { method, url, headers } = upload;
    const answer = await send(url, { method, headers, body, ...(signal ? { signal } : {}) });
    // Read to its end, so that the connection can be used again.
    await answer.arrayBuffer();
    return answer.status;
  };
}

export function sendByXhr({ upload, body, onProgress, signal }: FileToSend): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.open(upload.method, upload.url);
    for (const [name, value] of Object.entries(upload.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.total > 0 ? event.loaded / event.total : 0);
    request.onload = () => resolve(request.status);
    request.onerror = () => reject(new TypeError("the network failed"));
    request.onabort = () => reject(signal?.reason);
    request.onloadend = () => signal?.removeEventListener("abort", stop);
    signal?.addEventListener("abort", stop, { once: true });
    request.send(body);
  });
}
