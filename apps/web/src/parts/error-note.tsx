// What failed, in plain words, and what may help: waiting, trying again, or telling us.
import { CircleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import type { Failure } from "../app/failure.ts";
import { words } from "../words/en.ts";
import { Button } from "./button.tsx";
import css from "./error-note.module.css";

/** Seconds until one may try again; counts down. */
function useSecondsLeft(retryAfterMs: number | null): number {
  const [left, setLeft] = useState(Math.ceil((retryAfterMs ?? 0) / 1_000));
  useEffect(() => setLeft(Math.ceil((retryAfterMs ?? 0) / 1_000)), [retryAfterMs]);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);
  return left;
}

export function ErrorNote({ failure, onRetry }: { failure: Failure; onRetry?: () => void }) {
  const left = useSecondsLeft(failure.retryAfterMs);
  const [isCopied, setCopied] = useState(false);
  const { requestId } = failure;
  return (
    <div role="alert" className={css.note}>
      <CircleAlert size={18} aria-hidden />
      <div>
        <p>
          {failure.sentence} {left > 0 && words.failure.seconds(left)}
        </p>
        {onRetry && (
          <div className={css.actions}>
            <Button size="small" onClick={onRetry} disabled={left > 0}>
              {words.retry}
            </Button>
            {requestId !== null && (
              <Button
                size="small"
                look="quiet"
                onClick={() => void navigator.clipboard.writeText(requestId).then(() => setCopied(true))}
              >
                {isCopied ? words.failure.copied : words.failure.reference}
              </Button>
            )}
          </div>
        )}
      </div>
    </div>
  );
}
