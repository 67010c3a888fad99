// What links in mails lead to. Promise: opening a link changes nothing; the person's press does.

import { isPixoraError } from "@pixora/client";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { pixora } from "../../app/pixora.ts";
import { useTitle } from "../../app/title.ts";
import { ButtonLink } from "../../parts/button.tsx";
import { Field, NewPasswordField } from "../../parts/field.tsx";
import { Form, SubmitButton, textOf } from "../../parts/form.tsx";
import { showToast } from "../../parts/toasts.tsx";
import { UsernameHint } from "../../parts/username-hint.tsx";
import { Logo } from "../../shell/logo.tsx";
import { words } from "../../words/en.ts";
import css from "./welcome.module.css";

/** One sheet on the ground of the welcome. */
function Sheet({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  useTitle(title);
  return (
    <div className={css.welcome}>
      <Logo size={44} />
      <div className={css.forms}>
        <div className={css.mailed}>
          <h1 tabIndex={-1}>{title}</h1>
          {text && <p>{text}</p>}
          {children}
        </div>
      </div>
    </div>
  );
}

export function ForgotScreen() {
  const [isAsked, setAsked] = useState(false);
  if (isAsked) {
    return (
      <Sheet title={words.reset.askedTitle} text={words.reset.askedText}>
        <ButtonLink to="/">{words.welcome.signIn}</ButtonLink>
      </Sheet>
    );
  }
  return (
    <Sheet title={words.reset.askTitle} text={words.reset.askText}>
      <Form
        label={words.reset.askTitle}
        onSubmit={async (values) => {
          await pixora.auth.requestPasswordReset.mutate({ email: textOf(values, "email") });
          setAsked(true);
        }}
      >
        <Field label={words.welcome.email} name="email" type="email" autoComplete="email" required />
        <SubmitButton busy={words.reset.asking}>{words.reset.ask}</SubmitButton>
      </Form>
    </Sheet>
  );
}

function NewPassword({ token, title, text }: { token: string; title: string; text?: string }) {
  const [isDone, setDone] = useState(false);
  if (isDone) {
    return (
      <Sheet title={words.reset.doneTitle} text={words.reset.doneText}>
        <ButtonLink to="/" look="main">
          {words.welcome.signIn}
        </ButtonLink>
      </Sheet>
    );
  }
  return (
    <Sheet title={title} {...(text === undefined ? {} : { text })}>
      <Form
        label={title}
        onSubmit={async (values) => {
          await pixora.auth.resetPassword.mutate({ token, newPassword: textOf(values, "newPassword") });
          setDone(true);
        }}
      >
        <UsernameHint />
        <NewPasswordField label={words.reset.newPassword} name="newPassword" />
        <SubmitButton busy={words.reset.setting}>{words.reset.set}</SubmitButton>
      </Form>
    </Sheet>
  );
}

const resetApi = getRouteApi("/reset-password");

export function ResetScreen() {
  const { token } = resetApi.useSearch();
  return <NewPassword token={token} title={words.reset.title} />;
}

const secureApi = getRouteApi("/secure-account");

export function SecureScreen() {
  const { token } = secureApi.useSearch();
  return <NewPassword token={token} title={words.reset.secureTitle} text={words.reset.secureText} />;
}

const verifyApi = getRouteApi("/verify-email");

export function VerifyScreen() {
  const { token } = verifyApi.useSearch();
  const navigate = useNavigate();
  // Asked for where nobody can tell that whoever opens the link is who has the account.
  const [isAsked, setAsked] = useState(false);

  async function verify(values: FormData): Promise<void> {
    const newPassword = textOf(values, "newPassword");
    try {
      await pixora.auth.verifyEmail.mutate({ token, ...(newPassword === "" ? {} : { newPassword }) });
    } catch (error) {
      if (!isPixoraError(error, "auth.passwordRequired")) throw error;
      setAsked(true);
      return;
    }
    showToast(words.verify.done);
    await navigate({ to: "/" });
  }

  return (
    <Sheet title={words.verify.title} text={isAsked ? words.verify.choose : words.verify.text}>
      <Form label={words.verify.title} onSubmit={verify}>
        <UsernameHint />
        {isAsked && <NewPasswordField label={words.reset.newPassword} name="newPassword" />}
        <SubmitButton busy={words.verify.busy}>{words.verify.button}</SubmitButton>
      </Form>
    </Sheet>
  );
}
