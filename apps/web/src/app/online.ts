// Whether the network is there. Short gaps are nobody's business: an outage shows after two seconds.
import { useEffect, useState, useSyncExternalStore } from "react";

const showAfterMs = 2_000;

function follow(listener: () => void): () => void {
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}

/** True once the browser has been without a network for two seconds. */
export function useIsOffline(): boolean {
  const isOnline = useSyncExternalStore(follow, () => navigator.onLine);
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (isOnline) return;
    const timer = setTimeout(() => setShown(true), showAfterMs);
    return () => {
      clearTimeout(timer);
      setShown(false);
    };
  }, [isOnline]);
  return isShown && !isOnline;
}
