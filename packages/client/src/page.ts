// What a browser does with the page of a client. Promise: a page that is put aside holds no connection, which would keep the
// browser from bringing it back as it was; one that comes back, or whose network does, opens its streams at once.

/** Watches until the answer is called. Where there is no page, nothing ever happens. */
export function watchPage({ hide, wake }: { hide: () => void; wake: () => void }): () => void {
  const { addEventListener, removeEventListener }: Partial<typeof globalThis> = globalThis;
  if (typeof addEventListener !== "function" || typeof removeEventListener !== "function") return () => {};
  const listeners = { pagehide: hide, pageshow: wake, online: wake };
  const entries = Object.entries(listeners);
  for (const [type, listener] of entries) globalThis.addEventListener(type, listener);
  return () => {
    for (const [type, listener] of entries) globalThis.removeEventListener(type, listener);
  };
}
