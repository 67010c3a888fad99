// How the subject of a case stood when it was reported and when it was decided. Promise: neither words nor pictures are
// shown, or loaded, before a moderator asks for each of them.
import { EyeOff, Image as ImageIcon } from "lucide-react";
import { useState } from "react";
import type { CaseDetail, Image } from "../../app/types.ts";
import { Button } from "../../parts/button.tsx";
import { Picture } from "../../parts/picture.tsx";
import { urlOfPlaceholder } from "../../parts/thumb.ts";
import { Time } from "../../parts/time.tsx";
import { moderationWords } from "../../words/en.moderation.ts";
import css from "./moderation.module.css";

const say = moderationWords.case;
type Evidence = CaseDetail["evidence"][number];

export function EvidenceList({ evidence }: { evidence: readonly Evidence[] }) {
  return (
    <section className={css.block}>
      <h2>{say.evidence}</h2>
      {evidence.length === 0 && <p className={css.soft}>{say.noEvidence}</p>}
      {evidence.map((one) => (
        <One key={`${one.decisionId}-${one.takenAt}`} one={one} />
      ))}
    </section>
  );
}

function One({ one }: { one: Evidence }) {
  const { decisionId, takenAt, author, text, pictures } = one;
  return (
    <article className={css.evidence}>
      <header>
        <strong>{decisionId === null ? say.evidenceFirst : say.evidenceDecided}</strong>
        <small className={css.soft}>
          @{author.handle} · <Time at={takenAt} />
        </small>
      </header>
      {pictures.length > 0 && (
        <ul className={css.pictures}>
          {pictures.map((image, at) => (
            <li key={image.id}>
              <Hidden image={image} at={at + 1} count={pictures.length} />
            </li>
          ))}
        </ul>
      )}
      {text === "" ? <p className={css.soft}>{say.noText}</p> : <Words text={text} />}
    </article>
  );
}

function Hidden({ image, at, count }: { image: Image; at: number; count: number }) {
  const [isShown, setShown] = useState(false);
  const ground = urlOfPlaceholder(image.placeholder);
  return (
    <figure className={css.picture}>
      <div className={css.stage} style={{ backgroundImage: ground ? `url("${ground}")` : undefined }}>
        {isShown ? (
          <Picture image={image} sizes="320px" ratio={1} isWhole isFirst alt={image.alt || say.noAlt} />
        ) : (
          <EyeOff size={28} aria-hidden />
        )}
      </div>
      <Button
        size="small"
        aria-label={(isShown ? say.hidePicture : say.showPicture)(at, count)}
        onClick={() => setShown(!isShown)}
      >
        <ImageIcon size={16} aria-hidden />
        {isShown ? say.hide : say.show}
      </Button>
    </figure>
  );
}

function Words({ text }: { text: string }) {
  const [isShown, setShown] = useState(false);
  return (
    <div className={css.words}>
      {isShown ? (
        <blockquote dir="auto">{text}</blockquote>
      ) : (
        <p className={css.veil}>{say.hidden([...text].length)}</p>
      )}
      <Button size="small" onClick={() => setShown(!isShown)}>
        {isShown ? say.hideText : say.showText}
      </Button>
    </div>
  );
}
