// The posts of a hashtag, and following it.

import { isPixoraError } from "@pixora/client";
import { useParams } from "@tanstack/react-router";
import { Hash } from "lucide-react";
import { useState } from "react";
import { px, useAct, useList, useOne } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import { Button } from "../../parts/button.tsx";
import { Empty } from "../../parts/empty.tsx";
import { ErrorNote } from "../../parts/error-note.tsx";
import { Page } from "../../shell/page.tsx";
import { words } from "../../words/en.ts";
import { PostGrid } from "../post/post-grid.tsx";
import css from "./explore.module.css";

const say = words.tag;
type Sort = keyof typeof say.sorts;

export function TagScreen() {
  const { tag = "" } = useParams({ strict: false });
  return <Tag key={tag} tag={tag} />;
}

function Tag({ tag }: { tag: string }) {
  const [sort, setSort] = useState<Sort>("top");
  const { data, error, refetch } = useOne(px.hashtag.byTag.queryOptions({ tag }));
  const list = useList(px.explore.hashtag.infiniteOptions({ tag, sort }));
  const follow = useAct(px.hashtag.follow.mutationOptions()).act;
  const unfollow = useAct(px.hashtag.unfollow.mutationOptions()).act;
  const isFollowing = data?.viewer?.isFollowing === true;
  const isNone = isPixoraError(error) && error.data.appCode !== "limit.exceeded";
  if (error && !isNone) {
    return (
      <Page title={`#${tag}`}>
        <ErrorNote failure={failureOf(error)} onRetry={() => void refetch()} />
      </Page>
    );
  }
  return (
    <Page title={`#${data?.tag ?? tag}`} isQuiet width="wide">
      <header className={css.head}>
        <span className={css.sign} aria-hidden>
          <Hash size={40} strokeWidth={1.6} />
        </span>
        <div>
          <p className={css.name} dir="auto">
            #{data?.tag ?? tag}
          </p>
          <p className={css.soft}>{data && words.profile.posts(data.postCount)}</p>
        </div>
        {data?.viewer && (
          <Button
            look={isFollowing ? "plain" : "main"}
            size="small"
            onClick={() => void (isFollowing ? unfollow : follow)({ tag }).then(() => refetch())}
          >
            {isFollowing ? words.profile.unfollow : words.profile.follow}
          </Button>
        )}
      </header>
      <fieldset className={css.sorts}>
        <legend className="hidden-text">{say.sort}</legend>
        {(Object.keys(say.sorts) as Sort[]).map((one) => (
          <label key={one}>
            <input type="radio" name="sort" checked={sort === one} onChange={() => setSort(one)} />
            {say.sorts[one]}
          </label>
        ))}
      </fieldset>
      {isNone ? (
        <Empty icon={<Hash size={28} />} title={say.none} text={say.noneText} />
      ) : (
        <PostGrid list={list} empty={<Empty icon={<Hash size={28} />} title={say.none} text={say.noneText} />} />
      )}
    </Page>
  );
}
