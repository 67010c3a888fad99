// The field for searching, with people that fit what is typed so far.
import { Link, useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { px, useList } from "../../app/data.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { words } from "../../words/en.ts";
import type { SearchIn } from "./address.ts";
import { rememberSearch } from "./recent.ts";
import css from "./search.module.css";

const askAfterMs = 150;
const shown = 5;
const say = words.search;

interface SearchBoxProps {
  initial: string;
  where: SearchIn;
  hasFocus?: boolean;
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), askAfterMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

export function SearchBox({ initial, where, hasFocus = false }: SearchBoxProps) {
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(initial);
  const q = useSettled(typed.trim());
  const isAsking = q !== "" && q !== initial.trim();
  const { items } = useList(px.search.users.infiniteOptions({ q, limit: shown }), { isOn: isAsking });
  useEffect(() => {
    if (hasFocus) input.current?.focus();
  }, [hasFocus]);

  function search(): void {
    const wanted = typed.trim();
    if (wanted === "") return;
    rememberSearch(wanted);
    void navigate({ to: "/search", search: { q: wanted, in: wanted.startsWith("#") ? "posts" : where } });
  }

  return (
    <search className={css.box}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          search();
        }}
      >
        <Search size={20} aria-hidden />
        <input
          ref={input}
          type="search"
          name="q"
          enterKeyHint="search"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          dir="auto"
          value={typed}
          placeholder={say.field}
          aria-label={say.field}
          onChange={(event) => setTyped(event.target.value)}
        />
      </form>
      {isAsking && items.length > 0 && (
        <ul className={css.ahead} aria-label={say.people}>
          {items.map((user) => (
            <li key={user.id}>
              <Link to="/users/$handle" params={{ handle: user.handle }} onClick={() => rememberSearch(typed.trim())}>
                <Avatar user={user} size="s" />
                <span>
                  <strong dir="auto">{user.displayName}</strong>
                  <small>@{user.handle}</small>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </search>
  );
}
