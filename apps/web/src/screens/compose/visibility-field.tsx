// Who can see a post: two choices, each in words.
import { Globe, UsersRound } from "lucide-react";
import { words } from "../../words/en.ts";
import css from "./compose.module.css";

const choices = [
  { value: "public", Icon: Globe },
  { value: "followers", Icon: UsersRound },
] as const;

export function VisibilityField({ initial }: { initial: "public" | "followers" }) {
  return (
    <fieldset className={css.visibility}>
      <legend>{words.compose.visibility}</legend>
      {choices.map(({ value, Icon }) => {
        const { label, text } = words.compose.visibilities[value];
        return (
          <label key={value}>
            <input type="radio" name="visibility" value={value} defaultChecked={value === initial} />
            <Icon size={20} aria-hidden />
            <span>
              {label}
              <small>{text}</small>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
