// Says that the network is away, and that nothing is lost by it.
import { WifiOff } from "lucide-react";
import { useEffect, useRef } from "react";
import { useIsOffline } from "../app/online.ts";
import { showToast } from "../parts/toasts.tsx";
import { words } from "../words/en.ts";
import css from "./offline-banner.module.css";

export function OfflineBanner() {
  const isOffline = useIsOffline();
  const wasOffline = useRef(false);
  useEffect(() => {
    if (wasOffline.current && !isOffline) showToast(words.offline.back);
    wasOffline.current = isOffline;
  }, [isOffline]);
  return (
    <div role="status" className={isOffline ? css.banner : undefined}>
      {isOffline && (
        <>
          <WifiOff size={16} aria-hidden />
          {words.offline.now}
        </>
      )}
    </div>
  );
}
