// Keys for those who use no mouse. Promise: off while somebody types, and wholly off where the person says so.
import { useSyncExternalStore } from "react";

const key = "pixora.shortcuts";
const listeners = new Set<() => void>();

export function areShortcutsOn(): boolean {
  try {
    return localStorage.getItem(key) !== "off";
  } catch {
    return true;
  }
}

/** Whether keys act, and how to change that. */
export function useShortcutsSwitch(): [boolean, (isOn: boolean) => void] {
  const isOn = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, areShortcutsOn);
  function turn(next: boolean): void {
    try {
      if (next) localStorage.removeItem(key);
      else localStorage.setItem(key, "off");
    } catch {
      // A browser that keeps nothing has them on.
    }
    for (const listener of listeners) listener();
  }
  return [isOn, turn];
}
