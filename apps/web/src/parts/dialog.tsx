// A dialog: the platform's own, which keeps the focus in and closes by Escape and by a press beside it.
import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { words } from "../words/en.ts";
import { IconButton } from "./button.tsx";
import css from "./dialog.module.css";

interface DialogProps {
  title: string;
  /** Called when it is to go; the caller then renders it no longer. */
  onClose: () => void;
  children: ReactNode;
  size?: "small" | "normal" | "middle" | "wide";
  /** At the right of the title. */
  action?: ReactNode;
  /** Whether the title is for screen readers alone, as over a picture. */
  isBare?: boolean;
}

export function Dialog({ title, onClose, children, size = "normal", action, isBare = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    element?.showModal();
    element?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => {
      element?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape is the dialog's own; the press is on its backdrop
    <dialog
      ref={dialog}
      className={css.dialog}
      data-size={size}
      data-bare={isBare}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        if (event.target === dialog.current) onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className={css.sheet}>
        <header className={isBare ? css.bare : css.header}>
          <IconButton label={words.close} onClick={onClose}>
            <X size={22} aria-hidden />
          </IconButton>
          <h2 id={titleId} className={isBare ? "hidden-text" : undefined}>
            {title}
          </h2>
          {!isBare && <div className={css.action}>{action}</div>}
        </header>
        {children}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  text: string;
  yes: string;
  onYes: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export function Confirm({ title, text, yes, onYes, onClose }: ConfirmProps) {
  return (
    <Dialog title={title} size="small" onClose={onClose}>
      <div className={css.confirm}>
        <p>{text}</p>
        <div>
          <button type="button" className={css.choice} onClick={onClose}>
            {words.cancel}
          </button>
          <button type="button" className={css.choice} data-is-main onClick={onYes}>
            {yes}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
