// E-mail, password, and where one is signed in.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Laptop, LogOut, Smartphone } from "lucide-react";
import { useState } from "react";
import { px, useAct, useOne } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import { useMe } from "../../app/me.ts";
import { pixora } from "../../app/pixora.ts";
import type { Me, SessionOfList } from "../../app/types.ts";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { Field, NewPasswordField, PasswordField } from "../../parts/field.tsx";
import { Form, SubmitButton, textOf } from "../../parts/form.tsx";
import { Time } from "../../parts/time.tsx";
import { showToast } from "../../parts/toasts.tsx";
import { UsernameHint } from "../../parts/username-hint.tsx";
import { WaitingRows } from "../../parts/waiting.tsx";
import { words } from "../../words/en.ts";
import css from "./settings.module.css";

const say = words.settings.security;
const sessionsKey = px.auth.sessions.pathKey();

function Email({ me }: { me: Me }) {
  const { ask: changeEmail } = useAct(px.auth.changeEmail.mutationOptions());
  const [isOpen, setOpen] = useState(false);
  const send = useMutation({
    mutationFn: () => pixora.auth.requestEmailVerification.mutate({ email: me.email }),
    onError: (error) => showToast(failureOf(error).sentence),
  });
  return (
    <section className={css.block}>
      <h2>{say.email}</h2>
      <div className={css.line}>
        <span>{me.email}</span>
        <span className={css.chip}>{me.isEmailVerified ? say.verified : say.unverified}</span>
      </div>
      {me.pendingEmail && <p>{say.pending(me.pendingEmail)}</p>}
      <div className={css.line}>
        <Button onClick={() => setOpen(true)}>{say.changeEmail}</Button>
        {!me.isEmailVerified && (
          <Button look="quiet" disabled={send.isSuccess} isBusy={send.isPending} onClick={() => send.mutate()}>
            {send.isSuccess ? say.sent : say.sendAgain}
          </Button>
        )}
      </div>
      {isOpen && (
        <Dialog title={say.changeEmail} size="small" onClose={() => setOpen(false)}>
          <div style={{ padding: 24 }}>
            <Form
              label={say.changeEmail}
              onSubmit={async (values) => {
                const input = { newEmail: textOf(values, "newEmail"), password: textOf(values, "password") };
                await changeEmail(input);
                setOpen(false);
              }}
            >
              <Field label={say.newEmail} name="newEmail" type="email" autoComplete="email" required />
              <UsernameHint />
              <PasswordField label={say.password} name="password" autoComplete="current-password" />
              <SubmitButton busy={words.saving}>{words.save}</SubmitButton>
            </Form>
          </div>
        </Dialog>
      )}
    </section>
  );
}

function Password() {
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  return (
    <section className={css.block}>
      <h2>{say.password}</h2>
      <div className={css.line}>
        <Button onClick={() => setOpen(true)}>{say.changePassword}</Button>
      </div>
      {isOpen && (
        <Dialog title={say.changePassword} size="small" onClose={() => setOpen(false)}>
          <div style={{ padding: 24 }}>
            <Form
              label={say.changePassword}
              onSubmit={async (values) => {
                await pixora.auth.changePassword.mutate({
                  currentPassword: textOf(values, "currentPassword"),
                  newPassword: textOf(values, "newPassword"),
                });
                setOpen(false);
                showToast(say.changed);
                await client.invalidateQueries({ queryKey: sessionsKey });
              }}
            >
              <UsernameHint />
              <PasswordField label={say.currentPassword} name="currentPassword" autoComplete="current-password" />
              <NewPasswordField label={say.newPassword} name="newPassword" />
              <SubmitButton busy={words.saving}>{words.save}</SubmitButton>
            </Form>
          </div>
        </Dialog>
      )}
    </section>
  );
}

function SessionRow({ session, onEnd }: { session: SessionOfList; onEnd: () => void }) {
  const Icon = /iPhone|Android/.test(session.deviceName ?? "") ? Smartphone : Laptop;
  return (
    <li>
      <Icon size={22} aria-hidden />
      <div>
        <span>{session.deviceName || say.unknownDevice}</span>
        <small>
          {session.isCurrent ? (
            say.thisDevice
          ) : (
            <>
              {say.lastUsed} <Time at={session.lastUsedAt} />
            </>
          )}
          {session.ipHint && ` · ${session.ipHint}`}
        </small>
      </div>
      {!session.isCurrent && (
        <Button size="small" onClick={onEnd}>
          {say.end}
        </Button>
      )}
    </li>
  );
}

function Sessions() {
  const client = useQueryClient();
  const query = useOne(px.auth.sessions.queryOptions());
  const refresh = () => client.invalidateQueries({ queryKey: sessionsKey });
  const tell = (error: unknown) => showToast(failureOf(error).sentence);
  const end = useMutation({
    mutationFn: (sessionId: string) => pixora.auth.revokeSession.mutate({ sessionId }),
    onSettled: refresh,
    onError: tell,
  });
  const endOthers = useMutation({
    mutationFn: () => pixora.auth.signOutEverywhere.mutate({ exceptCurrent: true }),
    onSettled: refresh,
    onError: tell,
  });
  const sessions = query.data?.items ?? [];
  return (
    <section className={css.block}>
      <h2>{say.sessions}</h2>
      {query.isError && <ErrorNote failure={failureOf(query.error)} onRetry={() => void query.refetch()} />}
      {query.isPending && <WaitingRows count={2} />}
      <ul className={css.rows} hidden={sessions.length === 0}>
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} onEnd={() => end.mutate(session.id)} />
        ))}
      </ul>
      <div className={css.line} hidden={query.isPending}>
        <Button onClick={() => void pixora.auth.signOut.mutate().catch(tell)}>
          <LogOut size={18} aria-hidden />
          {say.signOut}
        </Button>
        {sessions.length > 1 && (
          <Button look="danger" isBusy={endOthers.isPending} onClick={() => endOthers.mutate()}>
            {say.endOthers}
          </Button>
        )}
      </div>
    </section>
  );
}

export function SecuritySection() {
  const me = useMe();
  if (me === undefined) return null;
  return (
    <>
      <Email me={me} />
      <Password />
      <Sessions />
    </>
  );
}
