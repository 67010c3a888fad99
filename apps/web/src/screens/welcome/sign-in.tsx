// Signing in.
import { Link } from "@tanstack/react-router";
import { pixora } from "../../app/pixora.ts";
import { Field, PasswordField } from "../../parts/field.tsx";
import { Form, SubmitButton, textOf } from "../../parts/form.tsx";
import { words } from "../../words/en.ts";
import { nameDevice } from "./device-name.ts";
import css from "./welcome.module.css";

export function SignIn() {
  return (
    <Form
      label={words.welcome.signIn}
      onSubmit={async (values) => {
        await pixora.auth.signIn.mutate({
          login: textOf(values, "login"),
          password: textOf(values, "password"),
          deviceName: nameDevice(),
        });
      }}
    >
      <Field
        label={words.welcome.login}
        name="login"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
      />
      <PasswordField label={words.welcome.password} name="password" autoComplete="current-password" />
      <SubmitButton busy={words.welcome.signingIn}>{words.welcome.signIn}</SubmitButton>
      <Link to="/forgot-password" className={css.forgot}>
        {words.welcome.forgot}
      </Link>
    </Form>
  );
}
