// Asks what is new above a list: now and then, and when somebody comes back to the page.
import { useEffect, useRef } from "react";

const everyMs = 30_000;

export function useHeadRefresh(refresh: () => Promise<void>): void {
  const latest = useRef(refresh);
  useEffect(() => {
    latest.current = refresh;
  });
  useEffect(() => {
    function ask(): void {
      // The list on screen stays as it is where that fails; the next time comes soon.
      if (document.visibilityState === "visible" && navigator.onLine) latest.current().catch(() => {});
    }
    const timer = setInterval(ask, everyMs);
    document.addEventListener("visibilitychange", ask);
    addEventListener("online", ask);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", ask);
      removeEventListener("online", ask);
    };
  }, []);
}
