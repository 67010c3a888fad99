// Beside the feed, where there is room: oneself, and people one may like.
import { Link } from "@tanstack/react-router";
import { useMe } from "../../app/me.ts";
import { OverLink } from "../../app/places.tsx";
import { Avatar } from "../../parts/avatar.tsx";
import { Bone } from "../../parts/waiting.tsx";
import { words } from "../../words/en.ts";
import { Trending } from "../explore/trending.tsx";
import { Suggestions } from "../people/suggestions.tsx";
import css from "./home.module.css";

export function Aside() {
  const me = useMe();
  return (
    <aside className={css.aside} aria-label={words.feed.suggested}>
      {me === undefined ? (
        <div className={css.me}>
          <Bone isRound style={{ width: 56, height: 56 }} />
        </div>
      ) : (
        <Link to="/users/$handle" params={{ handle: me.handle }} className={css.me}>
          <Avatar user={me} size="l" />
          <span>
            <strong dir="auto">{me.displayName}</strong>
            <small>@{me.handle}</small>
          </span>
        </Link>
      )}
      <div className={css.middle}>
        <Suggestions />
        <Trending limit={5} isList />
      </div>
      <p className={css.small}>
        <Link to="/settings">{words.nav.settings}</Link> ·{" "}
        <OverLink over={{ people: "shortcuts" }}>{words.shortcuts.title}</OverLink> ·{" "}
        <Link to="/docs">{words.nav.reference}</Link>
      </p>
    </aside>
  );
}
