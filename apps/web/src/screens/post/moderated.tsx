// Beside one's own post or comment that moderators have touched: what they did, and the way to why.
import { Link } from "@tanstack/react-router";
import { ShieldAlert } from "lucide-react";
import type { Post } from "../../app/types.ts";
import { words } from "../../words/en.ts";
import css from "./post.module.css";

type Mark = NonNullable<Post["viewer"]>["moderation"];

export function Moderated({ mark }: { mark: Mark | undefined }) {
  if (mark === null || mark === undefined) return null;
  return (
    <p className={css.moderated}>
      <ShieldAlert size={16} aria-hidden />
      <span>
        {words.moderated[mark.state]}{" "}
        {mark.decisionId !== null && <Link to="/account/decisions">{words.moderated.why}</Link>}
      </span>
    </p>
  );
}
