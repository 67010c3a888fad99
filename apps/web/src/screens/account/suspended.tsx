// All that is open to a suspended account, at every address: why, the appeal, one's data, and the ways out.
import { LogOut } from "lucide-react";
import { failureOf } from "../../app/failure.ts";
import { pixora } from "../../app/pixora.ts";
import { Button } from "../../parts/button.tsx";
import { showToast } from "../../parts/toasts.tsx";
import { Page } from "../../shell/page.tsx";
import { moderationWords } from "../../words/en.moderation.ts";
import { words } from "../../words/en.ts";
import { DataSection } from "../settings/data.tsx";
import css from "./decisions.module.css";
import { DecisionList } from "./decisions.tsx";

const say = moderationWords.suspended;

async function signOut(): Promise<void> {
  try {
    await pixora.auth.signOut.mutate();
  } catch (error) {
    showToast(failureOf(error).sentence);
  }
}

export function SuspendedScreen() {
  return (
    <Page
      title={say.title}
      actions={
        <Button size="small" onClick={() => void signOut()}>
          <LogOut size={18} aria-hidden />
          {words.settings.security.signOut}
        </Button>
      }
    >
      <div className={css.page}>
        <p className={css.soft}>{say.text}</p>
        <DecisionList isSuspended />
        <hr className={css.rule} />
        <DataSection />
      </div>
    </Page>
  );
}
