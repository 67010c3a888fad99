// The feed of whom one follows.
import { Page } from "../../shell/page.tsx";
import { words } from "../../words/en.ts";

export function HomeScreen() {
  return (
    <Page title={words.nav.home} isQuiet>
      <span />
    </Page>
  );
}
