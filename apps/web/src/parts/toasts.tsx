// Short messages at the edge of the page. Promise: each is spoken once, politely, and leaves by itself.
import { X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { words } from "../words/en.ts";
import { Button } from "./button.tsx";
import css from "./toasts.module.css";

interface Toast {
  id: number;
  text: string;
  action: { label: string; act: () => void } | undefined;
}

const showForMs = 6_000;
let toasts: readonly Toast[] = [];
let serial = 0;
const listeners = new Set<() => void>();

function replace(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function dismiss(id: number): void {
  replace(toasts.filter((toast) => toast.id !== id));
}

/** Shows a message, with at most one thing to do about it. The same text twice is shown once. */
export function showToast(text: string, action?: Toast["action"]): void {
  serial += 1;
  const id = serial;
  replace([...toasts.filter((toast) => toast.text !== text), { id, text, action }].slice(-3));
  setTimeout(() => dismiss(id), showForMs);
}

/** The region where messages stand; once on the page. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className={css.region} aria-live="polite" role="status">
      {shown.map(({ id, text, action }) => (
        <div key={id} className={css.toast}>
          <span>{text}</span>
          {action && (
            <Button
              look="quiet"
              onClick={() => {
                dismiss(id);
                action.act();
              }}
            >
              {action.label}
            </Button>
          )}
          <button type="button" className={css.close} aria-label={words.close} onClick={() => dismiss(id)}>
            <X size={16} aria-hidden />
          </button>
        </div>
      ))}
    </div>
  );
}
