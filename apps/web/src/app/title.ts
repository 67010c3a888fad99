// The title of the tab. Promise: what lies on top names it, and what lay below gets its title back.
import { useEffect } from "react";

const titles: { text: string }[] = [];
let unseen = 0;

function show(): void {
  const text = titles.at(-1)?.text;
  const name = text === undefined ? "Pixora" : `${text} · Pixora`;
  document.title = unseen > 0 ? `(${unseen}) ${name}` : name;
}

/** Names the tab as long as the caller is shown. */
export function useTitle(text: string): void {
  useEffect(() => {
    const entry = { text };
    titles.push(entry);
    show();
    return () => {
      titles.splice(titles.indexOf(entry), 1);
      show();
    };
  }, [text]);
}

/** How many notifications wait, before the title and, where there is one, on the app's badge. */
export function showUnseen(count: number): void {
  if (count === unseen) return;
  unseen = count;
  show();
  // An app that is not installed has no badge; there is nothing to do about a refusal.
  if ("setAppBadge" in navigator) navigator.setAppBadge(count).catch(() => {});
}
