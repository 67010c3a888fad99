// Buttons and links that look like them. Promise: a busy button keeps its width and cannot be pressed twice.
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, ButtonHTMLAttributes, ReactNode } from "react";
import css from "./button.module.css";

type Look = "main" | "plain" | "quiet" | "danger";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  size?: "small" | "normal";
  /** What it says while it works; it cannot be pressed then. */
  busy?: ReactNode;
  isBusy?: boolean;
}

function classOf(look: Look, size: "small" | "normal", className?: string): string {
  return [css.button, css[look], css[size], className].filter(Boolean).join(" ");
}

export function Button(props: ButtonProps) {
  const { look = "plain", size = "normal", busy, isBusy = false, className, children, disabled, ...rest } = props;
  return (
    <button
      type="button"
      className={classOf(look, size, className)}
      disabled={disabled || isBusy}
      aria-busy={isBusy || undefined}
      {...rest}
    >
      {busy === undefined ? (
        children
      ) : (
        <span className={css.states}>
          <span data-shown={!isBusy} aria-hidden={isBusy}>
            {children}
          </span>
          <span data-shown={isBusy} aria-hidden={!isBusy}>
            {busy}
          </span>
        </span>
      )}
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What it does, in words. */
  label: string;
}

/** A button that is a picture alone. */
export function IconButton({ label, className, children, ...rest }: IconButtonProps) {
  return (
    <button type="button" aria-label={label} title={label} className={`${css.icon} ${className ?? ""}`} {...rest}>
      {children}
    </button>
  );
}

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  look?: Look;
  size?: "small" | "normal";
}

function PlainButtonLink({ look = "plain", size = "normal", className, ...rest }: LinkProps) {
  return <a className={classOf(look, size, className)} {...rest} />;
}

/** A link of the router in the shape of a button. */
export const ButtonLink = createLink(PlainButtonLink);
