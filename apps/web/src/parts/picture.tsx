// A picture as the server made it. Promises: its place has its size before it comes, so that nothing moves; the browser
// picks the file that fits; it fades in once, and not at all when it is there already.
import { useState } from "react";
import type { Image } from "../app/types.ts";
import css from "./picture.module.css";
import { urlOfPlaceholder } from "./thumb.ts";

interface PictureProps {
  image: Image;
  /** How wide it is shown, for the browser's choice of file. */
  sizes: string;
  /** Width by height of its place; the picture covers it. Default: its own. */
  ratio?: number;
  /** Whether all of it is to be seen in its place, on its own blurred ground. */
  isWhole?: boolean;
  /** One of the first on the page. */
  isFirst?: boolean;
  /** Said instead of the picture's own words; the empty text where words beside it say the same. */
  alt?: string;
  className?: string | undefined;
  onExpired?: (() => void) | undefined;
}

/** The width of a picture's place by its height: between 4:5 and 1.91:1, as tall and as wide as a feed can bear. */
export function ratioOf(image: Pick<Image, "width" | "height">): number {
  return Math.min(Math.max(image.width / image.height, 0.8), 1.91);
}

export function Picture(props: PictureProps) {
  const { image, sizes, ratio = image.width / image.height, isWhole = false, isFirst = false, onExpired } = props;
  const [isLoaded, setLoaded] = useState(false);
  const ground = urlOfPlaceholder(image.placeholder);
  const srcSet = image.variants.map(({ url, width }) => `${url} ${width}w`).join(", ");
  return (
    <span
      className={`${css.place} ${props.className ?? ""}`}
      style={{ aspectRatio: ratio, backgroundImage: ground ? `url("${ground}")` : undefined }}
    >
      <img
        // A picture from the cache is complete before React hears of it.
        ref={(element) => {
          if (element?.complete && element.naturalWidth > 0) setLoaded(true);
        }}
        src={image.url}
        srcSet={srcSet || undefined}
        sizes={sizes}
        width={image.width}
        height={image.height}
        alt={props.alt ?? image.alt}
        decoding="async"
        loading={isFirst ? "eager" : "lazy"}
        fetchPriority={isFirst ? "high" : "auto"}
        draggable={false}
        data-fit={isWhole ? "whole" : "cover"}
        data-loaded={isLoaded}
        onLoad={() => setLoaded(true)}
        onError={onExpired}
      />
    </span>
  );
}
