// Looking for people and posts.
import { Link, useSearch } from "@tanstack/react-router";
import { Search as SearchIcon, X } from "lucide-react";
import { px, useList } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import { IconButton } from "../../parts/button.tsx";
import { Empty } from "../../parts/empty.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { More } from "../../parts/more.tsx";
import { WaitingRows } from "../../parts/waiting.tsx";
import { Page } from "../../shell/page.tsx";
import { words } from "../../words/en.ts";
import { PersonRow } from "../people/person-row.tsx";
import { PostGrid } from "../post/post-grid.tsx";
import { forgetSearch, useRecentSearches } from "./recent.ts";
import css from "./search.module.css";
import { SearchBox } from "./search-box.tsx";

const say = words.search;

export function SearchScreen() {
  const { q, in: where } = useSearch({ from: "/search" });
  const typed = q.trim();
  return (
    <Page title={typed === "" ? say.title : say.titleFor(typed)} isQuiet width={where === "posts" ? "wide" : "feed"}>
      <div className={css.top}>
        <SearchBox key={q} initial={q} where={where} hasFocus={typed === ""} />
        {typed !== "" && (
          <nav className={css.tabs} aria-label={say.in}>
            {(["people", "posts"] as const).map((one) => (
              <Link
                key={one}
                to="/search"
                search={{ q, in: one }}
                replace
                aria-current={one === where ? "page" : undefined}
              >
                {say.places[one]}
              </Link>
            ))}
          </nav>
        )}
      </div>
      {typed === "" && <Recent />}
      {typed !== "" && where === "people" && <People q={typed} />}
      {typed !== "" && where === "posts" && <Posts q={typed} />}
    </Page>
  );
}

function Nothing({ q }: { q: string }) {
  return <Empty icon={<SearchIcon size={28} />} title={say.none(q)} text={say.noneText} />;
}

function People({ q }: { q: string }) {
  const list = useList(px.search.users.infiniteOptions({ q }));
  const { items, isPending, error, retry } = list;
  return (
    <div className={css.list}>
      {isPending && <WaitingRows count={8} />}
      {error !== null && items.length === 0 && <ErrorNote failure={failureOf(error)} onRetry={retry} />}
      {!isPending && error === null && items.length === 0 && <Nothing q={q} />}
      <ul>
        {items.map((user) => (
          <li key={user.id}>
            <PersonRow user={user} />
          </li>
        ))}
      </ul>
      {items.length > 0 && <More {...list} />}
    </div>
  );
}

function Posts({ q }: { q: string }) {
  return <PostGrid list={useList(px.search.posts.infiniteOptions({ q }))} empty={<Nothing q={q} />} />;
}

function Recent() {
  const recent = useRecentSearches();
  if (recent.length === 0) return <p className={css.hint}>{say.hint}</p>;
  return (
    <section className={css.list}>
      <h2 className={css.part}>{say.recent}</h2>
      <ul>
        {recent.map((q) => (
          <li key={q} className={css.recent}>
            <Link to="/search" search={{ q, in: "people" }} dir="auto">
              {q}
            </Link>
            <IconButton label={say.forget(q)} onClick={() => forgetSearch(q)}>
              <X size={18} aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
