// Writing a post: pictures by drop, paste or choice, their words, a caption, and who sees it.
import { ImagePlus } from "lucide-react";
import { type ClipboardEvent, type DragEvent, useEffect, useRef, useState } from "react";
import { px, useAct } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import { useCloseOver } from "../../app/places.tsx";
import { useTitle } from "../../app/title.ts";
import { Button } from "../../parts/button.tsx";
import { Confirm, Dialog } from "../../parts/dialog.tsx";
import { showToast } from "../../parts/toasts.tsx";
import { words } from "../../words/en.ts";
import css from "./compose.module.css";
import { PictureList } from "./picture-list.tsx";
import { type Pictures, usePictures } from "./use-pictures.ts";
import { VisibilityField } from "./visibility-field.tsx";

const say = words.compose;
const maxCaption = 2_200;
const countFrom = 2_000;
const graphemes = new Intl.Segmenter("en");

function lengthOf(text: string): number {
  // Asking the segmenter for every key that is pressed would be slow; shorter texts cannot reach the bound.
  return text.length < countFrom ? text.length : [...graphemes.segment(text)].length;
}

export function ComposeDialog() {
  const close = useCloseOver();
  const pictures = usePictures();
  const [caption, setCaption] = useState("");
  const [isLeaving, setLeaving] = useState(false);
  const { ask: create } = useAct(px.post.create.mutationOptions());
  const { drafts } = pictures;
  const isDirty = drafts.length > 0 || caption.trim() !== "";
  const left = maxCaption - lengthOf(caption);
  const isSending = drafts.some(({ state }) => state === "sending");
  const ready = drafts.filter(({ state }) => state === "ready");
  const canPost = isDirty && !isSending && ready.length === drafts.length && left >= 0;
  const undescribed = drafts.filter(({ alt }) => alt.trim() === "").length;
  useTitle(say.title);
  useAskBeforeLeaving(isDirty);

  function post(values: FormData): void {
    const media = ready.map(({ mediaId, alt }) => ({ mediaId: mediaId ?? "", alt: alt.trim() }));
    const visibility = values.get("visibility") === "followers" ? "followers" : "public";
    // It stands at the top of home from now on; where it is refused, it stays there with the reason.
    create({ caption, media, visibility }).then(
      () => showToast(say.posted),
      (error: unknown) => showToast(failureOf(error).sentence),
    );
    close("compose");
  }

  return (
    <Dialog
      title={say.title}
      size="middle"
      onClose={() => (isDirty ? setLeaving(true) : close("compose"))}
      action={
        <Button type="submit" form="compose" look="main" size="small" disabled={!canPost}>
          {say.post}
        </Button>
      }
    >
      <form
        id="compose"
        className={css.compose}
        onPaste={(event: ClipboardEvent) => {
          if (event.clipboardData.files.length === 0) return;
          event.preventDefault();
          pictures.add(event.clipboardData.files);
        }}
        onSubmit={(event) => {
          event.preventDefault();
          if (canPost) post(new FormData(event.currentTarget));
        }}
      >
        <Drop pictures={pictures} />
        {drafts.length > 0 && <PictureList pictures={pictures} />}
        {undescribed > 0 && (
          <p className={css.gentle}>
            {say.missingAlts(undescribed)} {say.altWhy}
          </p>
        )}
        <div className={css.caption}>
          <label htmlFor="caption">{say.caption}</label>
          <textarea
            id="caption"
            dir="auto"
            rows={3}
            value={caption}
            placeholder={say.captionHint}
            onChange={(event) => setCaption(event.target.value)}
          />
          {left <= maxCaption - countFrom && (
            <p className={css.left} data-over={left < 0} role="status">
              {say.left(left)}
            </p>
          )}
        </div>
        <VisibilityField initial="public" />
      </form>
      {isLeaving && (
        <Confirm
          title={say.discardTitle}
          text={say.discardText}
          yes={say.discard}
          onClose={() => setLeaving(false)}
          onYes={() => close("compose")}
        />
      )}
    </Dialog>
  );
}

/** The browser asks before a page with something unfinished is left. */
function useAskBeforeLeaving(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isDirty]);
}

function Drop({ pictures }: { pictures: Pictures }) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const isEmpty = pictures.drafts.length === 0;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way; the button below does the same
    <div
      className={css.drop}
      data-over={isOver}
      data-empty={isEmpty}
      onDragOver={(event: DragEvent) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event: DragEvent) => {
        event.preventDefault();
        setOver(false);
        pictures.add(event.dataTransfer.files);
      }}
    >
      <input
        ref={input}
        type="file"
        accept="image/*,.heic,.heif"
        multiple
        hidden
        aria-label={say.choose}
        onChange={(event) => {
          pictures.add([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      {isEmpty && (
        <>
          <ImagePlus size={40} strokeWidth={1.5} aria-hidden />
          <p>
            <strong>{say.drop}</strong>
            <span>{say.dropText}</span>
          </p>
        </>
      )}
      <Button data-first onClick={() => input.current?.click()}>
        {!isEmpty && <ImagePlus size={18} aria-hidden />}
        {isEmpty ? say.choose : say.add}
      </Button>
    </div>
  );
}
