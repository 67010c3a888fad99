// A page without a browser: enough of a document for React to mount the hooks under test.
import { Window } from "happy-dom";
import { act, createElement, type ReactNode, StrictMode } from "react";
import type { Root } from "react-dom/client";
import { PixoraProvider } from "../react/provider.ts";
import type { Actor } from "./stage.ts";

export interface Screen {
  /** Shows this below the provider. */
  render(children: ReactNode): Promise<void>;
  text(): string;
  /** Waits until the page's text fulfils this. */
  until(isThere: (text: string) => boolean): Promise<void>;
  close(): Promise<void>;
}

const waitMs = 10_000;

/** Opens a page for somebody. Everything is mounted in StrictMode. */
export async function openScreen(actor: Pick<Actor, "pixora" | "queryClient">, { live = false } = {}): Promise<Screen> {
  const window = new Window({ url: "http://127.0.0.1/" });
  Object.assign(globalThis, { window, document: window.document, IS_REACT_ACT_ENVIRONMENT: true });
  const { createRoot } = await import("react-dom/client");
  const container = window.document.createElement("div");
  window.document.body.append(container);
  const root: Root = createRoot(container as unknown as HTMLElement);

  function wrap(children: ReactNode): ReactNode {
    const { pixora: client, queryClient } = actor;
    return createElement(StrictMode, null, createElement(PixoraProvider, { client, queryClient, live, children }));
  }

  return {
    render: (children) => act(async () => root.render(wrap(children))),
    text: () => container.textContent ?? "",
    async until(isThere) {
      const end = Date.now() + waitMs;
      while (!isThere(container.textContent ?? "")) {
        if (Date.now() > end) throw new Error(`the page still says: ${container.textContent}`);
        await act(() => new Promise((resolve) => setTimeout(resolve, 5)));
      }
    },
    async close() {
      await act(async () => root.unmount());
      await window.happyDOM.close();
    },
  };
}
