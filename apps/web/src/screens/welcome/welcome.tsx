// What strangers see: signing in and signing up, side by side.
import { useState } from "react";
import { useTitle } from "../../app/title.ts";
import { Logo } from "../../shell/logo.tsx";
import { words } from "../../words/en.ts";
import { SignIn } from "./sign-in.tsx";
import { SignUp } from "./sign-up.tsx";
import css from "./welcome.module.css";

export function WelcomeScreen() {
  useTitle(words.welcome.title);
  // On a phone there is room for one of the two.
  const [shown, setShown] = useState<"in" | "up">("in");
  return (
    <div className={css.welcome}>
      <header className={css.head}>
        <span className={css.mark}>
          <Logo size={44} />
        </span>
        <h1>{words.app}</h1>
        <p>{words.tagline}</p>
      </header>
      <div className={css.forms} data-shown={shown}>
        <section className={css.form} data-form="in" aria-label={words.welcome.signIn}>
          <h2>{words.welcome.signIn}</h2>
          <SignIn />
          <p className={css.turn}>
            {words.welcome.newHere}{" "}
            <button type="button" onClick={() => setShown("up")}>
              {words.welcome.signUp}
            </button>
          </p>
        </section>
        <section className={css.form} data-form="up" aria-label={words.welcome.signUp}>
          <h2>{words.welcome.signUp}</h2>
          <SignUp />
          <p className={css.turn}>
            {words.welcome.haveAccount}{" "}
            <button type="button" onClick={() => setShown("in")}>
              {words.welcome.signIn}
            </button>
          </p>
        </section>
      </div>
    </div>
  );
}
