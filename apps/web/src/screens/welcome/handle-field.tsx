// The field for a new handle: says as one types whether it is free.
import { useQuery } from "@tanstack/react-query";
import { Check, CircleX } from "lucide-react";
import { useEffect, useState } from "react";
import { pixora } from "../../app/pixora.ts";
import { Field } from "../../parts/field.tsx";
import { words } from "../../words/en.ts";
import css from "./welcome.module.css";

const askAfterMs = 350;
const wellFormed = /^[a-z0-9_.]{3,30}$/;

/** The text once it has not changed for a while. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), askAfterMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

export function HandleField() {
  const [typed, setTyped] = useState("");
  const handle = useSettled(typed.trim().toLowerCase());
  const { data } = useQuery({
    queryKey: ["user.isHandleFree", handle],
    queryFn: ({ signal }) => pixora.user.isHandleFree.query({ handle }, { signal }),
    enabled: wellFormed.test(handle),
    // What cannot be a handle is refused; the form says why when it is sent.
    retry: false,
  });
  return (
    <Field
      label={words.welcome.handle}
      name="handle"
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      required
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      hint={
        <span role="status">
          {data === undefined ? (
            words.welcome.handleHint
          ) : data.isFree ? (
            <span className={css.free}>
              <Check size={14} aria-hidden /> {words.welcome.handleFree(handle)}
            </span>
          ) : (
            <span className={css.taken}>
              <CircleX size={14} aria-hidden /> {words.welcome.handleTaken(handle)}
            </span>
          )}
        </span>
      }
    />
  );
}
