// Moving things of a list by hand: with a pointer, or by keys (Space lifts, arrows move, Space drops, Escape puts back).
// Promise: every step is spoken.
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { words } from "../../words/en.ts";

interface Lifted {
  key: string;
  /** Where it stood when it was lifted. */
  from: number;
}

interface ReorderInput {
  keys: readonly string[];
  move: (from: number, to: number) => void;
}

const say = words.compose;

export function useReorder({ keys, move }: ReorderInput) {
  const [lifted, setLifted] = useState<Lifted | null>(null);
  const [spoken, setSpoken] = useState("");
  const list = useRef<HTMLOListElement>(null);
  const count = keys.length;

  function go(from: number, to: number): void {
    if (to < 0 || to >= count || to === from) return;
    move(from, to);
    setSpoken(say.moved(to + 1, count));
  }

  function onKeyDown(event: KeyboardEvent, key: string): void {
    const at = keys.indexOf(key);
    const isLifted = lifted?.key === key;
    if (event.key === " ") {
      event.preventDefault();
      setLifted(isLifted ? null : { key, from: at });
      setSpoken(isLifted ? say.dropped(at + 1, count) : say.lifted(at + 1, count));
    }
    if (!isLifted || lifted === null) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      move(at, lifted.from);
      setLifted(null);
      setSpoken(say.putBack);
    }
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    go(at, at + step);
  }

  function onPointerDown(event: PointerEvent<HTMLElement>, key: string): void {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setLifted({ key, from: keys.indexOf(key) });
  }
  function onPointerMove(event: PointerEvent<HTMLElement>, key: string): void {
    if (lifted?.key !== key || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const rows = [...(list.current?.children ?? [])].map((row) => row.getBoundingClientRect());
    const at = keys.indexOf(key);
    const to = rows.findIndex(({ top, height }) => event.clientY < top + height);
    go(at, to === -1 ? count - 1 : to);
  }
  function onPointerUp(): void {
    setLifted(null);
  }

  return {
    list,
    spoken,
    liftedKey: lifted?.key ?? null,
    /** For the handle of a thing. */
    handle: (key: string) => ({
      "aria-label": say.move(keys.indexOf(key) + 1, count),
      "aria-pressed": lifted?.key === key,
      onKeyDown: (event: KeyboardEvent) => onKeyDown(event, key),
      onPointerDown: (event: PointerEvent<HTMLElement>) => onPointerDown(event, key),
      onPointerMove: (event: PointerEvent<HTMLElement>) => onPointerMove(event, key),
      onPointerUp,
      onBlur: () => setLifted(null),
    }),
  };
}
