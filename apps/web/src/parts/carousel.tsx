// The pictures of a post beside each other: swiped, turned with arrow keys or buttons. Double tap likes.
import { ChevronLeft, ChevronRight, Heart } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import type { Image } from "../app/types.ts";
import { words } from "../words/en.ts";
import css from "./carousel.module.css";
import { Picture, ratioOf } from "./picture.tsx";

interface CarouselProps {
  images: readonly Image[];
  sizes: string;
  isFirst?: boolean;
  /** Whether all of each picture is to be seen, in a place of the caller's size. */
  isWhole?: boolean;
  onDoubleTap?: (() => void) | undefined;
  onExpired?: (() => void) | undefined;
}

const doubleTapMs = 300;
const doubleTapPx = 24;

/** Tells two quick taps at one place from two single ones. */
function useDoubleTap(act: (() => void) | undefined) {
  const last = useRef({ atMs: 0, x: 0, y: 0 });
  const [burst, setBurst] = useState<{ x: number; y: number; key: number } | null>(null);
  function onPointerUp(event: PointerEvent<HTMLElement>): void {
    if (act === undefined || !event.isPrimary || event.button !== 0) return;
    const { timeStamp: atMs, clientX: x, clientY: y } = event;
    const before = last.current;
    const isNear = Math.hypot(x - before.x, y - before.y) < doubleTapPx;
    last.current = { atMs, x, y };
    if (atMs - before.atMs > doubleTapMs || !isNear) return;
    last.current = { atMs: 0, x: 0, y: 0 };
    const box = event.currentTarget.getBoundingClientRect();
    setBurst({ x: x - box.left, y: y - box.top, key: atMs });
    navigator.vibrate?.(10);
    act();
  }
  return { burst, onPointerUp };
}

export function Carousel({ images, sizes, isFirst = false, isWhole = false, onDoubleTap, onExpired }: CarouselProps) {
  const track = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const { burst, onPointerUp } = useDoubleTap(onDoubleTap);
  const [first] = images;
  if (first === undefined) return null;
  const ratio = ratioOf(first);
  const isSeries = images.length > 1;

  function go(to: number): void {
    const next = Math.max(0, Math.min(images.length - 1, to));
    track.current?.scrollTo({ left: next * track.current.clientWidth, behavior: "smooth" });
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    go(at + (event.key === "ArrowRight" ? 1 : -1));
  }

  return (
    <div className={css.carousel} data-whole={isWhole} onPointerUp={onPointerUp}>
      <div
        ref={track}
        className={css.track}
        data-single={!isSeries}
        {...(isSeries && {
          role: "group",
          "aria-roledescription": "carousel",
          "aria-label": words.post.pictures,
          tabIndex: 0,
          onKeyDown,
        })}
        onScroll={(event) => {
          const { scrollLeft, clientWidth } = event.currentTarget;
          setAt(Math.round(scrollLeft / Math.max(1, clientWidth)));
        }}
      >
        {images.map((image, index) => (
          <div key={image.id} className={css.slide}>
            <Picture
              image={image}
              sizes={sizes}
              ratio={ratio}
              isWhole={isWhole || Math.abs(image.width / image.height - ratio) > 0.02}
              isFirst={isFirst && index === 0}
              onExpired={onExpired}
            />
          </div>
        ))}
      </div>
      {isSeries && (
        <>
          <span className={css.count} role="status">
            {words.post.pictureOf(at + 1, images.length)}
          </span>
          <button
            type="button"
            className={css.turn}
            data-side="left"
            aria-label={words.post.previous}
            disabled={at === 0}
            onClick={() => go(at - 1)}
          >
            <ChevronLeft size={20} aria-hidden />
          </button>
          <button
            type="button"
            className={css.turn}
            data-side="right"
            aria-label={words.post.next}
            disabled={at === images.length - 1}
            onClick={() => go(at + 1)}
          >
            <ChevronRight size={20} aria-hidden />
          </button>
          <span className={css.dots} aria-hidden>
            {images.map((image, index) => (
              <span key={image.id} data-here={index === at} />
            ))}
          </span>
        </>
      )}
      {burst && (
        <Heart key={burst.key} className={css.burst} style={{ left: burst.x, top: burst.y }} size={96} aria-hidden />
      )}
    </div>
  );
}
