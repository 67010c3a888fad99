// The feed of whom one follows, and of oneself.
import { Images } from "lucide-react";
import { useEffect } from "react";
import { px, useList } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import { useHeadRefresh } from "../../app/head.ts";
import { ButtonLink } from "../../parts/button.tsx";
import { Empty } from "../../parts/empty.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { Bone, Waiting } from "../../parts/waiting.tsx";
import { Page } from "../../shell/page.tsx";
import { words } from "../../words/en.ts";
import { Suggestions } from "../people/suggestions.tsx";
import { PostFeed } from "../post/post-feed.tsx";
import { Aside } from "./aside.tsx";
import css from "./home.module.css";

export function HomeScreen() {
  const list = useList(px.feed.home.infiniteOptions({}));
  const { items, isPending, error, retry, newCount, showNew, refreshHead } = list;
  useHeadRefresh(refreshHead);
  const isBare = items.length === 0;
  // Nothing can jump where nothing is.
  useEffect(() => {
    if (isBare && newCount > 0) showNew();
  }, [isBare, newCount, showNew]);
  return (
    <div className={css.columns}>
      <Page title={words.nav.home} isQuiet>
        {isPending && <FeedWaiting />}
        {error !== null && items.length === 0 && <ErrorNote failure={failureOf(error)} onRetry={retry} />}
        {!isPending && error === null && items.length === 0 && (
          <>
            <Empty icon={<Images size={28} />} title={words.feed.empty} text={words.feed.emptyText}>
              <ButtonLink to="/explore" look="main">
                {words.explore.people}
              </ButtonLink>
            </Empty>
            <Suggestions />
          </>
        )}
        {newCount > 0 && (
          <button
            type="button"
            className={css.top}
            onClick={() => {
              showNew();
              scrollTo({ top: 0, behavior: "smooth" });
            }}
          >
            {words.feed.newPosts(newCount)}
          </button>
        )}
        <PostFeed list={list} />
      </Page>
      <Aside />
    </div>
  );
}

function FeedWaiting() {
  return (
    <Waiting>
      {[1, 2].map((at) => (
        <div key={at} className={css.waiting}>
          <div>
            <Bone isRound style={{ width: 40, height: 40 }} />
            <Bone style={{ width: 160, height: 14 }} />
          </div>
          <Bone style={{ aspectRatio: "1", borderRadius: 12 }} />
        </div>
      ))}
    </Waiting>
  );
}
