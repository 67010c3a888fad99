// Fields of forms, with label, hint and the server's errors.
import { Eye, EyeOff } from "lucide-react";
import { type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes, useId, useState } from "react";
import { words } from "../words/en.ts";
import { IconButton } from "./button.tsx";
import css from "./form.module.css";
import { useFieldErrors } from "./form.tsx";

interface Labels {
  label: string;
  name: string;
  hint?: ReactNode;
  isOptional?: boolean;
}

function useDescription({ name, hint }: Labels) {
  const id = useId();
  const errors = useFieldErrors(name);
  const ids = [hint ? `${id}-hint` : "", errors.length > 0 ? `${id}-error` : ""].filter(Boolean).join(" ");
  return {
    id,
    errors,
    described: { "aria-describedby": ids || undefined, "aria-invalid": errors.length > 0 || undefined },
  };
}

function Frame(props: Labels & { id: string; errors: readonly string[]; children: ReactNode }) {
  const { id, label, hint, errors, isOptional = false, children } = props;
  return (
    <div className={css.field}>
      <label htmlFor={id}>
        {label} {isOptional && <span className={css.optional}>{words.welcome.optional}</span>}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className={css.hint}>
          {hint}
        </p>
      )}
      {errors.length > 0 && (
        <p id={`${id}-error`} className={css.error}>
          {errors.join(" ")}
        </p>
      )}
    </div>
  );
}

export function Field({ label, name, hint, isOptional, ...rest }: Labels & InputHTMLAttributes<HTMLInputElement>) {
  const { id, errors, described } = useDescription({ label, name, hint });
  return (
    <Frame id={id} {...{ label, name, hint, errors }} isOptional={isOptional ?? false}>
      <input id={id} name={name} className={css.input} {...described} {...rest} />
    </Frame>
  );
}

export function TextField(props: Labels & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const { label, name, hint, isOptional, ...rest } = props;
  const { id, errors, described } = useDescription({ label, name, hint });
  return (
    <Frame id={id} {...{ label, name, hint, errors }} isOptional={isOptional ?? false}>
      <textarea id={id} name={name} className={css.input} dir="auto" {...described} {...rest} />
    </Frame>
  );
}

/** A password that can be looked at. */
export function PasswordField({ label, name, hint, ...rest }: Labels & InputHTMLAttributes<HTMLInputElement>) {
  const { id, errors, described } = useDescription({ label, name, hint });
  const [isShown, setShown] = useState(false);
  const turn = isShown ? words.welcome.hidePassword : words.welcome.showPassword;
  return (
    <Frame id={id} {...{ label, name, hint, errors }}>
      <div className={css.password}>
        <input
          id={id}
          name={name}
          type={isShown ? "text" : "password"}
          className={css.input}
          required
          {...described}
          {...rest}
        />
        <IconButton label={turn} onClick={() => setShown(!isShown)}>
          {isShown ? <EyeOff size={18} aria-hidden /> : <Eye size={18} aria-hidden />}
        </IconButton>
      </div>
    </Frame>
  );
}

/** A password that is chosen now. */
export function NewPasswordField({ label, name }: { label: string; name: string }) {
  return (
    <PasswordField
      label={label}
      name={name}
      hint={words.welcome.passwordHint}
      autoComplete="new-password"
      minLength={8}
    />
  );
}

interface SwitchProps {
  label: string;
  hint?: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

/** Something that is on or off, at once. */
export function Switch({ label, hint, isOn, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div className={css.switchRow}>
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p id={`${id}-hint`} className={css.hint}>
            {hint}
          </p>
        )}
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        className={css.switch}
        checked={isOn}
        aria-checked={isOn}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.checked)}
      />
    </div>
  );
}
