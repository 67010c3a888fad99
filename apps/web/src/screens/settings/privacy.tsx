// Who sees one's posts.
import { px, useAct } from "../../app/data.ts";
import { useMe } from "../../app/me.ts";
import { Switch } from "../../parts/field.tsx";
import { words } from "../../words/en.ts";
import css from "./settings.module.css";

const say = words.settings.privacy;

export function PrivacySection() {
  const me = useMe();
  const { act: update } = useAct(px.user.update.mutationOptions());
  if (me === undefined) return null;
  return (
    <section className={css.block}>
      <Switch
        label={say.private}
        hint={say.privateHint}
        isOn={me.isPrivate}
        onChange={(isPrivate) => void update({ isPrivate })}
      />
      {me.isPrivate && <p className={css.soft}>{say.goPublic}</p>}
    </section>
  );
}
