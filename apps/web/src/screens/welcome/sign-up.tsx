// Creating an account. The handle is checked while it is typed.
import { MailCheck } from "lucide-react";
import { useState } from "react";
import { pixora } from "../../app/pixora.ts";
import { Empty } from "../../parts/empty.tsx";
import { Field, NewPasswordField } from "../../parts/field.tsx";
import { Form, SubmitButton, textOf } from "../../parts/form.tsx";
import { words } from "../../words/en.ts";
import { nameDevice } from "./device-name.ts";
import { HandleField } from "./handle-field.tsx";

export function SignUp() {
  const [isMailed, setMailed] = useState(false);
  if (isMailed) {
    return <Empty icon={<MailCheck size={28} />} title={words.welcome.checkMail} text={words.welcome.checkMailText} />;
  }

  async function signUp(values: FormData): Promise<void> {
    const displayName = textOf(values, "displayName").trim();
    const { user } = await pixora.auth.signUp.mutate({
      email: textOf(values, "email"),
      handle: textOf(values, "handle").trim().toLowerCase(),
      password: textOf(values, "password"),
      deviceName: nameDevice(),
      ...(displayName === "" ? {} : { displayName }),
    });
    // Where addresses are verified first, nobody is signed in yet.
    if (user === null) setMailed(true);
  }

  return (
    <Form label={words.welcome.signUp} onSubmit={signUp}>
      <Field label={words.welcome.email} name="email" type="email" autoComplete="email" required />
      <HandleField />
      <Field label={words.welcome.displayName} name="displayName" isOptional autoComplete="name" dir="auto" />
      <NewPasswordField label={words.welcome.password} name="password" />
      <SubmitButton busy={words.welcome.signingUp}>{words.welcome.signUp}</SubmitButton>
    </Form>
  );
}
