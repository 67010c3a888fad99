// The way to the other screens: tabs at the bottom of a phone, a rail at the side elsewhere.
import { Link } from "@tanstack/react-router";
import { House, Settings } from "lucide-react";
import { useEffect } from "react";
import { useMe } from "../app/me.ts";
import { showUnseen } from "../app/title.ts";
import { words } from "../words/en.ts";
import { Logo } from "./logo.tsx";
import css from "./nav.module.css";

export function Nav() {
  const me = useMe();
  const unseen = me?.notificationCounts.unseen ?? 0;
  useEffect(() => showUnseen(unseen), [unseen]);
  return (
    <nav className={css.nav} aria-label={words.nav.label}>
      <Link to="/" className={css.brand} aria-label={words.app}>
        <Logo />
        <span aria-hidden>{words.app}</span>
      </Link>
      <Link to="/" className={css.item} activeOptions={{ exact: true }}>
        <House aria-hidden />
        <span>{words.nav.home}</span>
      </Link>
      <Link to="/settings" className={css.item}>
        <Settings aria-hidden />
        <span>{words.nav.settings}</span>
      </Link>
    </nav>
  );
}
