// What is shown while something loads: the shape of what comes, and only when it takes long enough to be noticed.
import type { CSSProperties } from "react";
import { words } from "../words/en.ts";
import css from "./waiting.module.css";

/** A grey shape. */
export function Bone({ style, isRound = false }: { style?: CSSProperties; isRound?: boolean }) {
  return <span className={css.bone} data-round={isRound} style={style} />;
}

/** Around shapes: says that something loads. */
export function Waiting({ children, className }: { children: React.ReactNode; className?: string }) {
  return (
    <div className={`${css.waiting} ${className ?? ""}`} role="status">
      <span className="hidden-text">{words.loading}</span>
      {children}
    </div>
  );
}

/** Rows of people that come. */
export function WaitingRows({ count = 6 }: { count?: number }) {
  return (
    <Waiting>
      {Array.from({ length: count }, (_, at) => (
        <div key={at} className={css.row}>
          <Bone isRound style={{ width: 40, height: 40 }} />
          <div>
            <Bone style={{ width: 140, height: 12 }} />
            <Bone style={{ width: 90, height: 10, marginTop: 8 }} />
          </div>
        </div>
      ))}
    </Waiting>
  );
}
