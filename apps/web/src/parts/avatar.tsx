// A person's face, or the first letter of their name on a colour that is always theirs.
import type { UserSummary } from "../app/types.ts";
import css from "./avatar.module.css";
import { Picture } from "./picture.tsx";

const sizes = { xs: 24, s: 32, m: 40, l: 56, xl: 96, xxl: 144 } as const;

interface AvatarProps {
  user: Pick<UserSummary, "id" | "displayName" | "handle" | "avatar">;
  size?: keyof typeof sizes;
}

/** Words beside it say whose it is: to a screen reader it is nothing. */
export function Avatar({ user, size = "m" }: AvatarProps) {
  const side = sizes[size];
  const [letter = "?"] = new Intl.Segmenter("en")
    .segment(user.displayName || user.handle)
    [Symbol.iterator]()
    .next().value?.segment ?? ["?"];
  return (
    <span className={css.avatar} data-size={size} style={{ width: side, height: side }} aria-hidden>
      {user.avatar ? (
        <Picture image={user.avatar} sizes={`${side}px`} ratio={1} alt="" />
      ) : (
        <span className={css.letter} style={{ "--hue": hueOf(user.id) } as object}>
          {letter.toUpperCase()}
        </span>
      )}
    </span>
  );
}

function hueOf(id: string): number {
  let sum = 0;
  for (const digit of id) sum = (sum * 31 + digit.charCodeAt(0)) % 360;
  return sum;
}
