// A place where nothing is: one picture, one sentence, at most one thing to do.
import type { ReactNode } from "react";
import css from "./empty.module.css";

interface EmptyProps {
  icon: ReactNode;
  title: string;
  text?: string | undefined;
  children?: ReactNode;
}

export function Empty({ icon, title, text, children }: EmptyProps) {
  return (
    <div className={css.empty}>
      <span className={css.icon} aria-hidden>
        {icon}
      </span>
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {children && <div className={css.action}>{children}</div>}
    </div>
  );
}
