// What every screen has: its title in the tab, its heading, and the focus on the heading when one comes from elsewhere.
import { useRouter } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useTitle } from "../app/title.ts";
import { IconButton } from "../parts/button.tsx";
import { words } from "../words/en.ts";
import css from "./page.module.css";

interface PageProps {
  title: string;
  children: ReactNode;
  /** Beside the heading. */
  actions?: ReactNode;
  /** Whether the heading is for screen readers alone. */
  isQuiet?: boolean;
  hasBack?: boolean;
  /** How wide its content may be. */
  width?: "feed" | "wide" | "full";
}

/** The first screen leaves the focus where a browser has it: at the start of the page. */
let isFirstScreen = true;

export function Page({ title, children, actions, isQuiet = false, hasBack = false, width = "feed" }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const router = useRouter();
  useTitle(title);
  useEffect(() => {
    if (!isFirstScreen) heading.current?.focus({ preventScroll: true });
    return () => {
      isFirstScreen = false;
    };
  }, []);

  return (
    <div className={css.page} data-width={width}>
      <header className={isQuiet ? "hidden-text" : css.header}>
        {hasBack && (
          <IconButton label={words.back} onClick={() => router.history.back()}>
            <ArrowLeft size={22} aria-hidden />
          </IconButton>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <div className={css.actions}>{actions}</div>
      </header>
      {children}
    </div>
  );
}
