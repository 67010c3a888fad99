// The chosen pictures below each other: each with its words, its progress, and a handle to move it by.
import { GripVertical, RotateCw, X } from "lucide-react";
import { useId } from "react";
import { IconButton } from "../../parts/button.tsx";
import { words } from "../../words/en.ts";
import css from "./compose.module.css";
import type { Draft, Pictures } from "./use-pictures.ts";
import { useReorder } from "./use-reorder.ts";

const say = words.compose;

export function PictureList({ pictures }: { pictures: Pictures }) {
  const { drafts, move } = pictures;
  const reorder = useReorder({ keys: drafts.map(({ key }) => key), move });
  return (
    <>
      <ol ref={reorder.list} className={css.pictures}>
        {drafts.map((draft) => (
          <li key={draft.key} data-lifted={reorder.liftedKey === draft.key}>
            {drafts.length > 1 && (
              <button type="button" className={css.grip} {...reorder.handle(draft.key)}>
                <GripVertical size={20} aria-hidden />
              </button>
            )}
            <Preview draft={draft} onRetry={() => pictures.retry(draft.key)} />
            <AltField draft={draft} onChange={(alt) => pictures.describe(draft.key, alt)} />
            <IconButton label={say.remove} onClick={() => pictures.remove(draft.key)}>
              <X size={18} aria-hidden />
            </IconButton>
          </li>
        ))}
      </ol>
      <p className="hidden-text" aria-live="assertive">
        {reorder.spoken}
      </p>
    </>
  );
}

function Preview({ draft, onRetry }: { draft: Draft; onRetry: () => void }) {
  const { state, part, url, file } = draft;
  return (
    <span className={css.preview}>
      <img src={url} alt={draft.alt || file.name} />
      {state === "sending" && (
        <progress
          className={css.ring}
          value={part}
          max={1}
          aria-label={`${say.uploading}: ${file.name}`}
          style={{ "--part": part } as object}
        />
      )}
      {state === "failed" && (
        <button type="button" className={css.again} aria-label={`${say.retry}: ${file.name}`} onClick={onRetry}>
          <RotateCw size={20} aria-hidden />
        </button>
      )}
    </span>
  );
}

function AltField({ draft, onChange }: { draft: Draft; onChange: (alt: string) => void }) {
  const id = useId();
  return (
    <div className={css.alt}>
      <label htmlFor={id}>{say.alt}</label>
      <textarea
        id={id}
        rows={2}
        dir="auto"
        value={draft.alt}
        placeholder={say.altHint}
        maxLength={1_000}
        onChange={(event) => onChange(event.target.value)}
      />
      {draft.reason !== null && (
        <p role="alert" className={css.reason}>
          {draft.reason}
        </p>
      )}
    </div>
  );
}
