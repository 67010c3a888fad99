// The plain pages that links in mails lead to where there is no frontend: HTML without scripts. Pure.
// Promises: what people wrote is escaped; nothing is loaded from anywhere; only our own forms may be sent, to ourselves.
import { createHash } from "node:crypto";
import { escapeHtml } from "../../delivery/delivery.mail.sheet.ts";

const style = `body { max-width: 32rem; margin: 4rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
button, input { padding: .6rem 1rem; font: inherit; box-sizing: border-box; }
input { display: block; width: 100%; margin: .25rem 0 1rem; }
p.said { white-space: pre-wrap; overflow-wrap: anywhere; }`;

const styleHash = createHash("sha256").update(style).digest("base64");

/** Of every page: an address with a token in it is kept by nobody and told to nobody. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-robots-tag": "noindex",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
};

/** A page of these parts, which are HTML; the title is text. */
export function writePage(page: { title: string; parts: readonly string[] }): string {
  const title = escapeHtml(page.title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} - Pixora</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${page.parts.join("\n")}
</main>
</body>
</html>
`;
}

export function paragraph(text: string, kind?: "said" | "alert"): string {
  const attributes = { said: ' class="said" dir="auto"', alert: ' role="alert"', plain: "" }[kind ?? "plain"];
  return `<p${attributes}>${escapeHtml(text)}</p>`;
}

/** A form that is sent to `action`, with the token of the link in it. */
export function tokenForm(form: { action: string; token: string; button: string; fields?: string }): string {
  return `<form method="post" action="${form.action}">
<input type="hidden" name="token" value="${escapeHtml(form.token)}">
${form.fields ?? ""}<button>${escapeHtml(form.button)}</button>
</form>`;
}

export const newPasswordField = `<label>New password
<input type="password" name="newPassword" autocomplete="new-password" minlength="8" maxlength="128" required></label>
`;
