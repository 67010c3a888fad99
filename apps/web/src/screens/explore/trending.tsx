// Tags that many people write about just now.
import { Link } from "@tanstack/react-router";
import { px, useOne } from "../../app/data.ts";
import { words } from "../../words/en.ts";
import css from "./explore.module.css";

export function Trending({ limit, isList = false }: { limit: number; isList?: boolean }) {
  const { data } = useOne(px.explore.trendingTags.queryOptions({ limit }));
  const tags = data?.items ?? [];
  if (tags.length === 0) return null;
  return (
    <section className={css.trending}>
      <h2>{words.explore.trending}</h2>
      <ul data-list={isList}>
        {tags.map(({ tag, postCount }) => (
          <li key={tag}>
            <Link to="/tags/$tag" params={{ tag }}>
              <strong dir="auto">#{tag}</strong>
              <small>{words.profile.posts(postCount)}</small>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
