// A mail's layout: the same sheet as HTML, which fits a phone and a dark screen, and as plain text. Pure.
// Promise: every text is escaped here, whoever wrote it, and cannot begin a line of its own.
import type { Language } from "../platform/text/language.ts";

/** A mail before it has a form. Paths begin with a slash. */
export interface Sheet {
  title: string;
  lines: readonly { text: string; quote: string | null; path: string | null }[];
  action: { text: string; path: string };
  footer: { reason: string; stop: string; stopUrl: string };
}

interface Setting {
  /** Without a slash at its end. */
  webUrl: string;
  language: Language;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text as HTML, in elements and in attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** One line, whatever was in it. */
function inline(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

/** The plain text of a sheet. */
export function renderText(sheet: Sheet, { webUrl }: Setting): string {
  const { title, lines, action, footer } = sheet;
  const body = lines.flatMap(({ text, quote, path }) => [
    inline(text),
    ...(quote === null ? [] : [`  “${inline(quote)}”`]),
    ...(path === null ? [] : [`  ${webUrl}${path}`]),
    "",
  ]);
  const parts = lines.length > 1 ? [inline(title), "", ...body] : body;
  const foot = [
    `${action.text}:`,
    `${webUrl}${action.path}`,
    "",
    "--",
    footer.reason,
    `${footer.stop}:`,
    footer.stopUrl,
  ];
  return `${[...parts, ...foot].join("\n")}\n`;
}

const style = `
  body { margin: 0; background: #f4f4f5; color: #18181b; font: 16px/1.5 system-ui, sans-serif; }
  a { color: #4338ca; }
  .sheet { max-width: 560px; margin: 0 auto; padding: 32px 24px; background: #ffffff; }
  h1 { margin: 0 0 24px; font-size: 20px; line-height: 1.3; }
  .line { margin: 0 0 20px; }
  .line a { color: inherit; }
  blockquote { margin: 8px 0 0; padding-left: 12px; border-left: 3px solid #d4d4d8; color: #52525b; }
  .action { display: inline-block; padding: 12px 20px; border-radius: 8px; background: #4338ca; color: #ffffff;
            text-decoration: none; }
  .footer { max-width: 560px; margin: 0 auto; padding: 16px 24px; color: #71717a; font-size: 13px; }
  .footer a { color: inherit; }
  @media (max-width: 480px) { .sheet { padding: 24px 16px; } .action { display: block; text-align: center; } }
  @media (prefers-color-scheme: dark) {
    body { background: #09090b; color: #fafafa; } .sheet { background: #18181b; } a { color: #a5b4fc; }
    blockquote { border-color: #3f3f46; color: #a1a1aa; }
  }`;

/** The HTML of a sheet: no pictures, nothing that is loaded from anywhere. */
export function renderHtml(sheet: Sheet, { webUrl, language }: Setting): string {
  const { title, lines, action, footer } = sheet;
  const link = (path: string) => escapeHtml(`${webUrl}${path}`);
  const body = lines.map(({ text, quote, path }) => {
    const said = escapeHtml(inline(text));
    const linked = path === null ? said : `<a href="${link(path)}">${said}</a>`;
    const quoted = quote === null ? "" : `<blockquote>${escapeHtml(inline(quote))}</blockquote>`;
    return `<div class="line">${linked}${quoted}</div>`;
  });
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(inline(title))}</title>
<style>${style}
</style>
</head>
<body>
<div class="sheet">
<h1>${escapeHtml(inline(title))}</h1>
${body.join("\n")}
<a class="action" href="${link(action.path)}">${escapeHtml(action.text)}</a>
</div>
<div class="footer">${escapeHtml(footer.reason)} <a href="${escapeHtml(footer.stopUrl)}">${escapeHtml(footer.stop)}</a></div>
</body>
</html>
`;
}
