// States that one sets on and off: likes, bookmarks, follows. Promises: of calls for one thing each waits for the one before,
// so the last one stands; a component that does not read how the call goes is not drawn for it.
import { useCallback, useReducer, useState } from "react";
import { makeChange } from "./change.ts";
import type { CallError } from "./paths.ts";
import { useInside } from "./provider.ts";
import type { Fields } from "./records.ts";

/** A state that one sets on and off. */
export interface Switch {
  /** Sets it to the other state; with a word, to that one. Seen at once. */
  toggle(isOn?: boolean): void;
  /** Whether a call is under way. */
  readonly isPending: boolean;
  /** Why the last one was refused; null again with the next. */
  readonly error: CallError | null;
}

interface SwitchInput<Shown> {
  on: string;
  off: string;
  input: Fields;
  isOn: boolean;
  /** What the hook shows beside it. */
  shown: Shown;
}

interface Course {
  pending: number;
  error: CallError | null;
  /** Whether the component has ever asked how the call goes. */
  isRead: boolean;
}

/** Calls one of two procedures. */
export function useSwitch<Shown extends object>({ on, off, input, isOn, shown }: SwitchInput<Shown>): Switch & Shown {
  const { world } = useInside();
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const [course] = useState<Course>(() => ({ pending: 0, error: null, isRead: false }));
  const inputKey = JSON.stringify(input);
  const toggle = useCallback(
    (next?: boolean) => {
      function note(change: { pending: number; error: CallError | null }): void {
        course.pending += change.pending;
        course.error = change.error;
        if (course.isRead) draw();
      }
      note({ pending: 1, error: null });
      const path = (next ?? !isOn) ? on : off;
      makeChange(world, { path, input: JSON.parse(inputKey) }).then(
        () => note({ pending: -1, error: course.error }),
        (error: CallError) => note({ pending: -1, error }),
      );
    },
    [world, on, off, inputKey, isOn, course],
  );
  return {
    ...shown,
    toggle,
    get isPending() {
      course.isRead = true;
      return course.pending > 0;
    },
    get error() {
      course.isRead = true;
      return course.error;
    },
  };
}
