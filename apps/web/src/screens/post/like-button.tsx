// The heart: pressed or not, with its count.
import { Heart } from "lucide-react";
import { words } from "../../words/en.ts";
import { shortCount } from "../../words/plural.ts";
import css from "./actions.module.css";

interface LikeButtonProps {
  isLiked: boolean;
  count: number;
  onPress: () => void;
  size?: number;
  isDisabled?: boolean;
}

export function LikeButton({ isLiked, count, onPress, size = 25, isDisabled = false }: LikeButtonProps) {
  return (
    <button
      type="button"
      className={css.action}
      data-act="like"
      data-liked={isLiked}
      aria-pressed={isLiked}
      aria-label={`${words.post.like}, ${words.post.likes(count)}`}
      disabled={isDisabled}
      onClick={() => {
        if (!isLiked) navigator.vibrate?.(10);
        onPress();
      }}
    >
      <Heart size={size} aria-hidden />
      {count > 0 && <span key={count}>{shortCount(count)}</span>}
    </button>
  );
}
