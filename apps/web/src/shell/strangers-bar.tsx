// For strangers who opened a post or a person: what this is, and the way in.
import { Link, useMatchRoute } from "@tanstack/react-router";
import { ButtonLink } from "../parts/button.tsx";
import { words } from "../words/en.ts";
import { Logo } from "./logo.tsx";
import css from "./shell.module.css";

export function StrangersBar() {
  const match = useMatchRoute();
  const isOpenPlace = match({ to: "/posts/$postId" }) || match({ to: "/users/$handle" }) || match({ to: "/tags/$tag" });
  if (isOpenPlace === false) return null;
  return (
    <header className={css.bar}>
      <Link to="/" className={css.barBrand}>
        <Logo size={26} />
        {words.app}
      </Link>
      <ButtonLink to="/" look="main" size="small">
        {words.welcome.signIn}
      </ButtonLink>
    </header>
  );
}
