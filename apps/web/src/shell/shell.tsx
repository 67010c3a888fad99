// Around every screen: the way to the others, messages, and what is said of the network.

import { useSession } from "@pixora/client/react";
import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useIsSuspended } from "../app/suspension.ts";
import { Toasts } from "../parts/toasts.tsx";
import { words } from "../words/en.ts";
import { Members } from "./members.tsx";
import { OfflineBanner } from "./offline-banner.tsx";
import { Overlays } from "./overlays.tsx";
import css from "./shell.module.css";
import { StrangersBar } from "./strangers-bar.tsx";

const SuspendedScreen = lazy(async () => ({
  default: (await import("../screens/account/suspended.tsx")).SuspendedScreen,
}));

export function Shell() {
  const { status } = useSession();
  const isSuspended = useIsSuspended();
  // For a moment at the start nobody knows; what is shown then would change at once.
  if (status === "loading") return null;
  if (isSuspended) {
    return (
      <>
        <main id="content" className={css.main} tabIndex={-1}>
          <OfflineBanner />
          <Suspense>
            <SuspendedScreen />
          </Suspense>
        </main>
        <Toasts />
      </>
    );
  }
  const isSignedIn = status === "signedIn";
  return (
    <>
      <a href="#content" className={css.skip}>
        {words.skip}
      </a>
      <div className={css.shell} data-members={isSignedIn}>
        {isSignedIn ? <Members /> : <StrangersBar />}
        <main id="content" className={css.main} tabIndex={-1}>
          <OfflineBanner />
          <Outlet />
        </main>
      </div>
      <Overlays />
      <Toasts />
    </>
  );
}
