// The page behind the link that stops mails: what it would stop, a button, and what was stopped. Pure.
// Promise: a new type without its words does not compile.
import { defaultLanguage, type Language } from "../platform/text/language.ts";
import { escapeHtml } from "./delivery.mail.sheet.ts";
import type { UnsubscribeScope } from "./delivery.unsubscribe.ts";

interface PageWords {
  /** What mails are about. */
  about: Record<UnsubscribeScope, string>;
  unknown: string;
  ask(about: string): string;
  stop: string;
  stopAll: string;
  done(about: string): string;
}

const words: Record<Language, PageWords> = {
  en: {
    about: {
      LIKE: "e-mails about likes",
      COMMENT: "e-mails about comments",
      FOLLOW: "e-mails about new followers",
      FOLLOW_REQUEST: "e-mails about follow requests",
      FOLLOW_ACCEPTED: "e-mails about accepted requests",
      MENTION: "e-mails about mentions",
      REPLY: "e-mails about replies",
      COMMENT_LIKE: "e-mails about likes of your comments",
      all: "all e-mails about notifications",
    },
    unknown: "This link is not one of ours, or it is too old. You can change what you are told in the app's settings.",
    ask: (about) => `Do you want to stop ${about}?`,
    stop: "Stop them",
    stopAll: "Stop all e-mails about notifications",
    done: (about) => `Stopped: ${about}. You can turn them on again in the app's settings.`,
  },
};

/** The page; `scope` is null for a link that is none. */
export function writeUnsubscribePage(
  page: { scope: UnsubscribeScope | null; isDone: boolean },
  language: Language = defaultLanguage,
): string {
  const { about, unknown, ask, done } = words[language];
  const text = page.scope === null ? unknown : (page.isDone ? done : ask)(about[page.scope]);
  const forms = page.scope === null || page.isDone ? "" : writeForms(page.scope, language);
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Pixora</title>
<style>body { max-width: 32rem; margin: 4rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
button { padding: .6rem 1rem; margin-bottom: .75rem; font: inherit; }</style>
</head>
<body>
<p>${escapeHtml(text)}</p>
${forms}</body>
</html>
`;
}

function writeForms(scope: UnsubscribeScope, language: Language): string {
  const { stop, stopAll } = words[language];
  const all = `<form method="post"><input type="hidden" name="scope" value="all"><button>${stopAll}</button></form>\n`;
  return scope === "all" ? all : `<form method="post"><button>${stop}</button></form>\n${all}`;
}
