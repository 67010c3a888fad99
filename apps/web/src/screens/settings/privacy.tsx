// Who sees one's posts.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { failureOf } from "../../app/failure.ts";
import { meKey, useMe } from "../../app/me.ts";
import { pixora } from "../../app/pixora.ts";
import { Switch } from "../../parts/field.tsx";
import { showToast } from "../../parts/toasts.tsx";
import { words } from "../../words/en.ts";
import css from "./settings.module.css";

const say = words.settings.privacy;

export function PrivacySection() {
  const me = useMe();
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (isPrivate: boolean) => pixora.user.update.mutate({ isPrivate }),
    onSuccess: (next) => client.setQueryData(meKey, next),
    onError: (error) => showToast(failureOf(error).sentence),
  });
  if (me === undefined) return null;
  const isOn = change.isPending ? change.variables : me.isPrivate;
  return (
    <section className={css.block}>
      <Switch label={say.private} hint={say.privateHint} isOn={isOn} onChange={(next) => change.mutate(next)} />
      {isOn && <p className={css.soft}>{say.goPublic}</p>}
    </section>
  );
}
