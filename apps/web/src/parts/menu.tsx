// A menu behind a button: the platform's popover, with arrow keys.
import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";
import { IconButton } from "./button.tsx";
import css from "./menu.module.css";

interface MenuItem {
  label: string;
  icon?: ReactNode;
  onPick: () => void;
  isDanger?: boolean;
}

interface MenuProps {
  label: string;
  icon: ReactNode;
  items: readonly (MenuItem | null | undefined | false)[];
}

const steps: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at + count - 1) % count,
  Home: () => 0,
  End: (_at, count) => count - 1,
};

export function Menu({ label, icon, items }: MenuProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const anchor = `--menu-${id.replace(/[^a-z0-9]/gi, "")}`;
  const shown = items.filter((item): item is MenuItem => Boolean(item));

  function move(event: KeyboardEvent<HTMLDivElement>): void {
    const step = steps[event.key];
    const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="menuitem"]')];
    if (event.key === "Tab") list.current?.hidePopover();
    if (step === undefined || buttons.length === 0) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    buttons[step(at, buttons.length)]?.focus();
  }

  return (
    <>
      <IconButton label={label} aria-haspopup="menu" popoverTarget={id} style={{ anchorName: anchor } as object}>
        {icon}
      </IconButton>
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        tabIndex={-1}
        className={css.menu}
        style={{ positionAnchor: anchor } as object}
        onKeyDown={move}
        onToggle={(event) => {
          if (event.newState === "open") list.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
        }}
      >
        {shown.map(({ label: text, icon: picture, onPick, isDanger = false }) => (
          <button
            key={text}
            type="button"
            role="menuitem"
            tabIndex={-1}
            className={css.item}
            data-danger={isDanger}
            onClick={() => {
              list.current?.hidePopover();
              onPick();
            }}
          >
            {picture}
            {text}
          </button>
        ))}
      </div>
    </>
  );
}
