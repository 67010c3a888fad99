// Taking one's data along, and leaving.

import { isPixoraError } from "@pixora/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useEffect, useState } from "react";
import { px, useOne } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import { pixora } from "../../app/pixora.ts";
import buttons from "../../parts/button.module.css";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { PasswordField } from "../../parts/field.tsx";
import { Form, SubmitButton, textOf } from "../../parts/form.tsx";
import { UsernameHint } from "../../parts/username-hint.tsx";
import { Bone, Waiting } from "../../parts/waiting.tsx";
import { sayDay } from "../../words/dates.ts";
import { words } from "../../words/en.ts";
import css from "./settings.module.css";

const say = words.settings.data;
const { queryKey: key } = px.auth.export.queryOptions();
const askEveryMs = 3_000;

/** The archive's state; asked for again and again while it is being made. */
function useExport() {
  const [isWaiting, setWaiting] = useState(false);
  const query = useOne(px.auth.export.queryOptions(), { refetchInterval: isWaiting ? askEveryMs : false });
  const isRunning = query.data?.state === "running";
  useEffect(() => setWaiting(isRunning), [isRunning]);
  return query;
}

function Export({ query }: { query: ReturnType<typeof useExport> }) {
  const client = useQueryClient();
  const [needsPassword, setNeedsPassword] = useState(false);
  async function ask(password?: string): Promise<void> {
    client.setQueryData(key, await pixora.auth.requestExport.mutate(password === undefined ? {} : { password }));
    setNeedsPassword(false);
  }
  const request = useMutation({
    mutationFn: () => ask(),
    // Some time after signing in, the password is asked for again.
    onError: (error) => {
      if (isPixoraError(error, "auth.passwordRequired")) setNeedsPassword(true);
    },
  });
  const state = query.data;
  return (
    <section className={css.block}>
      <h2>{say.export}</h2>
      <p>{say.exportText}</p>
      {request.isError && !needsPassword && <ErrorNote failure={failureOf(request.error)} />}
      {state?.state === "running" && <p role="status">{say.running}</p>}
      {state?.state === "failed" && <p role="status">{say.failed}</p>}
      {state?.state === "ready" && state.url !== null && (
        <div className={css.line}>
          <a href={state.url} download className={`${buttons.button} ${buttons.main} ${buttons.normal}`}>
            <Download size={18} aria-hidden />
            {say.ready}
          </a>
          {state.expiresAt && <span className={css.soft}>{say.until(sayDay(state.expiresAt))}</span>}
        </div>
      )}
      {state !== undefined && state.state !== "running" && (
        <div className={css.line}>
          <Button isBusy={request.isPending} onClick={() => request.mutate()}>
            {say.ask}
          </Button>
        </div>
      )}
      {needsPassword && (
        <Dialog title={say.export} size="small" onClose={() => setNeedsPassword(false)}>
          <div style={{ padding: 24 }}>
            <Form label={say.export} onSubmit={(values) => ask(textOf(values, "password"))}>
              <UsernameHint />
              <PasswordField label={words.welcome.password} name="password" autoComplete="current-password" />
              <SubmitButton busy={words.saving}>{say.ask}</SubmitButton>
            </Form>
          </div>
        </Dialog>
      )}
    </section>
  );
}

function Deletion() {
  const [isOpen, setOpen] = useState(false);
  return (
    <section className={css.block}>
      <h2>{say.delete}</h2>
      <p>{say.deleteText}</p>
      <div className={css.line}>
        <Button look="danger" onClick={() => setOpen(true)}>
          {say.delete}
        </Button>
      </div>
      {isOpen && (
        <Dialog title={say.delete} size="small" onClose={() => setOpen(false)}>
          <div style={{ padding: 24 }}>
            <Form
              label={say.delete}
              onSubmit={async (values) => {
                await pixora.auth.deleteAccount.mutate({ password: textOf(values, "password") });
              }}
            >
              <p>{say.deleteAsk}</p>
              <UsernameHint />
              <PasswordField label={words.welcome.password} name="password" autoComplete="current-password" />
              <SubmitButton busy={words.saving}>{say.deleteButton}</SubmitButton>
            </Form>
          </div>
        </Dialog>
      )}
    </section>
  );
}

export function DataSection() {
  const query = useExport();
  if (query.isPending) {
    return (
      <Waiting>
        <Bone style={{ height: 160 }} />
      </Waiting>
    );
  }
  return (
    <>
      <Export query={query} />
      <Deletion />
    </>
  );
}
