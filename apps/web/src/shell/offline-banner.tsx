// Says that the network is away and that nothing is lost by it, and what the server did not take afterwards.
import { useOutbox } from "@pixora/client/react";
import { WifiOff } from "lucide-react";
import { useEffect, useRef } from "react";
import { useIsOffline } from "../app/online.ts";
import { showToast } from "../parts/toasts.tsx";
import { words } from "../words/en.ts";
import css from "./offline-banner.module.css";

const say = words.offline;

export function OfflineBanner() {
  const isOffline = useIsOffline();
  const { waiting } = useOutbox();
  const wasOffline = useRef(false);
  useEffect(() => {
    if (wasOffline.current && !isOffline) showToast(say.back);
    wasOffline.current = isOffline;
  }, [isOffline]);
  return (
    <div role="status" className={isOffline ? css.banner : undefined}>
      {isOffline && (
        <>
          <WifiOff size={16} aria-hidden />
          {waiting > 0 ? say.waiting(waiting) : say.now}
        </>
      )}
    </div>
  );
}
