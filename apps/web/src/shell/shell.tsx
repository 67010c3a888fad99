// Around every screen: the way to the others, messages, and what is said of the network.
import { Outlet } from "@tanstack/react-router";
import { useIsSignedIn } from "../app/session.ts";
import { Toasts } from "../parts/toasts.tsx";
import { words } from "../words/en.ts";
import { Nav } from "./nav.tsx";
import { OfflineBanner } from "./offline-banner.tsx";
import css from "./shell.module.css";

export function Shell() {
  const isSignedIn = useIsSignedIn();
  return (
    <>
      <a href="#content" className={css.skip}>
        {words.skip}
      </a>
      <div className={css.shell} data-members={isSignedIn}>
        {isSignedIn && <Nav />}
        <main id="content" className={css.main} tabIndex={-1}>
          <OfflineBanner />
          <Outlet />
        </main>
      </div>
      <Toasts />
    </>
  );
}
