// Forms. Promises: what the server says of a field stands beside the field, is read with it, and the first such field gets
// the focus; nothing that was typed is lost.
import { createContext, type FormEvent, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import { type Failure, failureOf } from "../app/failure.ts";
import { Button } from "./button.tsx";
import { ErrorNote } from "./error-note.tsx";
import css from "./form.module.css";

interface FormState {
  isBusy: boolean;
  failure: Failure | null;
}

const FormContext = createContext<FormState>({ isBusy: false, failure: null });

interface FormProps {
  label: string;
  /** Gets what was typed; what it throws is shown. */
  onSubmit: (values: FormData) => Promise<void>;
  children: ReactNode;
  className?: string | undefined;
}

export function Form({ label, onSubmit, children, className }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [state, setState] = useState<FormState>({ isBusy: false, failure: null });

  useEffect(() => {
    if (state.failure !== null) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [state.failure]);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (state.isBusy) return;
    setState({ isBusy: true, failure: null });
    try {
      await onSubmit(new FormData(event.currentTarget));
      setState({ isBusy: false, failure: null });
    } catch (error) {
      setState({ isBusy: false, failure: failureOf(error) });
    }
  }

  return (
    <form ref={form} aria-label={label} className={`${css.form} ${className ?? ""}`} onSubmit={submit}>
      <FormContext value={state}>
        {state.failure && <ErrorNote failure={state.failure} />}
        {children}
      </FormContext>
    </form>
  );
}

/** The text of a field. */
export function textOf(values: FormData, name: string): string {
  const value = values.get(name);
  return typeof value === "string" ? value : "";
}

/** What a form knows of one of its fields. */
export function useFieldErrors(name: string): readonly string[] {
  return useContext(FormContext).failure?.fields[name] ?? [];
}

/** The button that sends the form. */
export function SubmitButton({ children, busy }: { children: ReactNode; busy: string }) {
  const { isBusy } = useContext(FormContext);
  return (
    <Button type="submit" look="main" isBusy={isBusy} busy={busy}>
      {children}
    </Button>
  );
}
