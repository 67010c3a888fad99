// Picture, name, bio and website.
import { useRef, useState } from "react";
import { px, useAct } from "../../app/data.ts";
import { failureOf } from "../../app/failure.ts";
import { useMe } from "../../app/me.ts";
import { pixora } from "../../app/pixora.ts";
import type { Me } from "../../app/types.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Button } from "../../parts/button.tsx";
import { Field, TextField } from "../../parts/field.tsx";
import { Form, SubmitButton, textOf } from "../../parts/form.tsx";
import { showToast } from "../../parts/toasts.tsx";
import { words } from "../../words/en.ts";
import css from "./settings.module.css";

const say = words.settings.profile;

function Face({ me }: { me: Me }) {
  const input = useRef<HTMLInputElement>(null);
  const [isBusy, setBusy] = useState(false);
  const { ask: update } = useAct(px.user.update.mutationOptions());

  async function change(make: () => Promise<string | null>): Promise<void> {
    setBusy(true);
    try {
      await update({ avatarMediaId: await make() });
    } catch (error) {
      showToast(failureOf(error).sentence);
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className={css.face}>
      <Avatar user={me} size="xl" />
      <div>
        <input
          ref={input}
          type="file"
          accept="image/*"
          hidden
          aria-label={say.picture}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            event.target.value = "";
            if (file) void change(async () => (await pixora.media.upload(file, { purpose: "avatar" })).id);
          }}
        />
        <Button size="small" isBusy={isBusy} busy={say.uploading} onClick={() => input.current?.click()}>
          {say.change}
        </Button>
        {me.avatar && (
          <Button size="small" look="quiet" onClick={() => void change(async () => null)}>
            {say.remove}
          </Button>
        )}
      </div>
    </div>
  );
}

export function ProfileSection() {
  const me = useMe();
  const { ask: update } = useAct(px.user.update.mutationOptions());
  if (me === undefined) return null;
  return (
    <section className={css.block}>
      <Face me={me} />
      <Form
        label={words.settings.sections.profile}
        onSubmit={async (values) => {
          const website = textOf(values, "website").trim();
          await update({
            displayName: textOf(values, "displayName"),
            bio: textOf(values, "bio"),
            website: website === "" ? null : website,
          });
          showToast(words.saved);
        }}
      >
        <Field label={say.name} name="displayName" defaultValue={me.displayName} autoComplete="name" dir="auto" />
        <TextField label={say.bio} name="bio" defaultValue={me.bio} />
        <Field
          label={say.website}
          name="website"
          type="url"
          defaultValue={me.website ?? ""}
          hint={say.websiteHint}
          autoComplete="url"
        />
        <SubmitButton busy={words.saving}>{words.save}</SubmitButton>
      </Form>
    </section>
  );
}
