// The page of the `sdk` workload: mounts a side and measures likes, as the browser that opened it asks.
import { createElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import { drawn, type Side } from "./side.ts";

export interface LikeSample {
  /** From the click until both cards show it. */
  ms: number;
  cardRenders: number;
  listRenders: number;
}

export interface BenchPage {
  mount(cards: number): Promise<void>;
  like(index: number): Promise<LikeSample>;
  load(count: number): Promise<void>;
}

declare global {
  interface Window {
    bench: BenchPage;
    kept: unknown;
  }
}

/** Makes the page of a side. */
export function openPage(side: Side): void {
  let root: Root | null = null;
  window.bench = {
    async mount(cards) {
      root?.unmount();
      const place = document.createElement("main");
      document.body.replaceChildren(place);
      root = createRoot(place);
      root.render(createElement(side.App, { cards }));
      await until(() => document.querySelectorAll("button").length === cards * 2);
    },
    async like(index) {
      const buttons = [...document.querySelectorAll("button")];
      const id = buttons[index]?.dataset.post ?? "";
      const shown = buttons.filter((button) => button.dataset.post === id);
      const before = shown.map((button) => button.textContent);
      await settle();
      const start = { ...drawn };
      const startedAt = performance.now();
      const seen = seenChange(shown, before);
      shown[0]?.click();
      await seen;
      const ms = performance.now() - startedAt;
      await settle();
      return { ms, cardRenders: drawn.cards - start.cards, listRenders: drawn.lists - start.lists };
    },
    async load(count) {
      window.kept = await side.load(count);
    },
  };
}

/** Until every one of the buttons says something else. */
function seenChange(buttons: readonly HTMLButtonElement[], before: readonly (string | null)[]): Promise<void> {
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (!buttons.every((button, index) => button.textContent !== before[index])) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await frame();
}

/** Long enough for the answer and what it makes draw again: everything here answers within a task. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await frame();
}

function frame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
}
