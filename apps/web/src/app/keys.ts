// What keys do anywhere in the app. They press what is on the page, so that a key can do nothing that a press cannot.
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useMe } from "./me.ts";
import { useOpen } from "./places.tsx";
import { areShortcutsOn } from "./shortcuts.ts";

const secondKeyMs = 1_000;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable], [role=menu]") !== null
  );
}

function listPosts(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("main article[data-post-id]")];
}

/** The post that has the focus; before anything has it, none. */
function findPost(): HTMLElement | null {
  const dialog = document.querySelector<HTMLElement>("dialog[open] article[data-post-id]");
  return dialog ?? document.activeElement?.closest<HTMLElement>("article[data-post-id]") ?? null;
}

function step(by: number): void {
  const posts = listPosts();
  const at = posts.findIndex((post) => post.contains(document.activeElement));
  const next = posts[at === -1 ? 0 : at + by];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "start", behavior: "smooth" });
}

function press(selector: string): void {
  findPost()?.querySelector<HTMLElement>(selector)?.click();
}

/** Listens to keys as long as the caller is shown. */
export function useKeys(): void {
  const navigate = useNavigate();
  const { open } = useOpen();
  const me = useMe();
  const goSinceMs = useRef(0);

  useEffect(() => {
    const keys: Readonly<Record<string, () => void>> = {
      j: () => step(1),
      k: () => step(-1),
      l: () => press('[data-act="like"]'),
      b: () => press('[data-act="bookmark"]'),
      c: () => press('[data-act="comment"]'),
      o: () => press('[data-act="comment"]'),
      n: () => open({ compose: "post" }),
      "/": () => void navigate({ to: "/search", search: { q: "", in: "people" } }),
      "?": () => open({ people: "shortcuts" }),
    };
    const places: Readonly<Record<string, () => void>> = {
      h: () => void navigate({ to: "/" }),
      n: () => void navigate({ to: "/notifications" }),
      p: () => me && void navigate({ to: "/users/$handle", params: { handle: me.handle } }),
    };
    function onKeyDown(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || !areShortcutsOn()) return;
      if (event.key === "g") {
        goSinceMs.current = event.timeStamp;
        return;
      }
      const isGoing = event.timeStamp - goSinceMs.current < secondKeyMs;
      goSinceMs.current = 0;
      const act = (isGoing ? places : keys)[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    }
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [navigate, open, me]);
}
