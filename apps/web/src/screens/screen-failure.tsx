// A screen that could not be shown; the rest of the app stays.
import type { ErrorComponentProps } from "@tanstack/react-router";
import { failureOf } from "../app/failure.ts";
import { ErrorNote } from "../parts/error-note.tsx";
import { Page } from "../shell/page.tsx";
import { words } from "../words/en.ts";

export function ScreenFailure({ error, reset }: ErrorComponentProps) {
  return (
    <Page title={words.failure.screen}>
      <ErrorNote failure={failureOf(error)} onRetry={reset} />
    </Page>
  );
}
