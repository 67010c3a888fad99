// An address that leads nowhere.
import { ImageOff } from "lucide-react";
import { ButtonLink } from "../parts/button.tsx";
import { Empty } from "../parts/empty.tsx";
import { Page } from "../shell/page.tsx";
import { words } from "../words/en.ts";

export function NotFoundScreen() {
  return (
    <Page title={words.notFound.title} isQuiet>
      <Empty icon={<ImageOff size={28} />} title={words.notFound.title} text={words.notFound.text}>
        <ButtonLink to="/" look="main">
          {words.notFound.home}
        </ButtonLink>
      </Empty>
    </Page>
  );
}
