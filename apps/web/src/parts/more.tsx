// The end of a list: loads the next page when it comes near.
import { useEffect, useRef } from "react";
import type { List } from "../app/data.ts";
import { failureOf } from "../app/failure.ts";
import { words } from "../words/en.ts";
import { ErrorNote } from "./error-note.tsx";
import css from "./more.module.css";

type MoreProps = Pick<List<unknown>, "hasMore" | "isLoadingMore" | "loadMore" | "error" | "items"> & {
  /** Where the list scrolls by itself. Default: with the page. */
  isInside?: boolean;
};

export function More({ hasMore, isLoadingMore, loadMore, error, items, isInside = false }: MoreProps) {
  const mark = useRef<HTMLDivElement>(null);
  const load = useRef(loadMore);
  useEffect(() => {
    load.current = loadMore;
  });
  const { length } = items;
  useEffect(() => {
    const element = mark.current;
    if (element === null || !hasMore || error) return;
    // Anew after each page: where the end is reached within a frame, nothing is reported.
    void length;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.at(-1)?.isIntersecting) load.current();
      },
      { root: isInside ? element.parentElement : null, rootMargin: "1200px 0px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [hasMore, length, error, isInside]);
  if (error && length > 0) return <ErrorNote failure={failureOf(error)} onRetry={loadMore} />;
  return (
    <div ref={mark} className={css.more}>
      {isLoadingMore && (
        <span role="status" className={css.spinner}>
          <span className="hidden-text">{words.loading}</span>
        </span>
      )}
    </div>
  );
}
