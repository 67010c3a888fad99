// Beside a new thing that the server did not take: why, and what can be done. Promise: no text is lost.
import { useOutbox } from "@pixora/client/react";
import { failureOf } from "../app/failure.ts";
import { words } from "../words/en.ts";
import { Button } from "./button.tsx";
import css from "./error-note.module.css";

export function Refused({ of }: { of: { key: string; state: string } }) {
  const { refused } = useOutbox();
  const found = of.state === "refused" ? refused.find((one) => one.key === of.key) : undefined;
  if (found === undefined) return null;
  return (
    <div role="alert" className={css.refused}>
      <span>
        {words.comment.notSent} {failureOf(found.error).sentence}
      </span>
      <Button look="quiet" size="small" onClick={found.retry}>
        {words.retry}
      </Button>
      <Button look="quiet" size="small" onClick={found.discard}>
        {words.offline.discard}
      </Button>
    </div>
  );
}
