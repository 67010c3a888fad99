// The way to the other screens: tabs at the bottom of a phone, a rail at the side elsewhere.
import { Link } from "@tanstack/react-router";
import { Bell, Compass, House, Search, Settings, ShieldCheck, SquarePlus } from "lucide-react";
import { useEffect } from "react";
import { useMe } from "../app/me.ts";
import { OverLink } from "../app/places.tsx";
import { showUnseen } from "../app/title.ts";
import { Avatar } from "../parts/avatar.tsx";
import { words } from "../words/en.ts";
import { Logo } from "./logo.tsx";
import css from "./nav.module.css";

const mostShown = 99;

export function Nav({ unseen }: { unseen: number }) {
  const me = useMe();
  useEffect(() => showUnseen(unseen), [unseen]);
  return (
    <nav className={css.nav} aria-label={words.nav.label}>
      <Link to="/" className={css.brand} aria-label={words.app}>
        <Logo />
        <span aria-hidden>{words.app}</span>
      </Link>
      <Link to="/" className={css.item} activeOptions={{ exact: true, includeSearch: false }}>
        <House aria-hidden />
        <span>{words.nav.home}</span>
      </Link>
      <Link to="/explore" className={css.item}>
        <Compass aria-hidden />
        <span>{words.nav.explore}</span>
      </Link>
      <Link to="/search" search={{ q: "", in: "people" }} className={`${css.item} ${css.wide}`}>
        <Search aria-hidden />
        <span>{words.nav.search}</span>
      </Link>
      <OverLink over={{ compose: "post" }} className={css.item}>
        <SquarePlus aria-hidden />
        <span>{words.nav.compose}</span>
      </OverLink>
      <Link to="/notifications" className={css.item}>
        <span className={css.icon}>
          <Bell aria-hidden />
          {unseen > 0 && (
            <span className={css.badge} aria-hidden>
              {unseen > mostShown ? `${mostShown}+` : unseen}
            </span>
          )}
        </span>
        <span>
          {words.nav.notifications}
          {unseen > 0 && <span className="hidden-text">, {words.nav.unseen(unseen)}</span>}
        </span>
      </Link>
      {me ? (
        <Link to="/users/$handle" params={{ handle: me.handle }} className={css.item}>
          <span className={css.me}>
            <Avatar user={me} size="xs" />
          </span>
          <span>{words.nav.profile}</span>
        </Link>
      ) : (
        <span className={css.item} />
      )}
      {me !== undefined && me.role !== "user" && (
        <Link to="/moderation" className={`${css.item} ${css.wide}`}>
          <ShieldCheck aria-hidden />
          <span>{words.nav.moderation}</span>
        </Link>
      )}
      <Link to="/settings" className={`${css.item} ${css.end} ${css.wide}`}>
        <Settings aria-hidden />
        <span>{words.nav.settings}</span>
      </Link>
    </nav>
  );
}
