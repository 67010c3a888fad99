// Asks what is new above a list when somebody comes back to the page or to the network; the SDK asks each minute besides.
import { useEffect, useRef } from "react";

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
    document.addEventListener("visibilitychange", ask);
    addEventListener("online", ask);
    return () => {
      document.removeEventListener("visibilitychange", ask);
      removeEventListener("online", ask);
    };
  }, []);
}
