// The words of account mails. Plain ASCII in short lines: the link arrives in one piece, whatever carries it.
// Promise: no text that a stranger chose is in them. A handle stands only in mails to an address that its owner has
// verified, and no program makes a link of it.
import type { Mail } from "../platform/mailer/mailer.ts";
import { unlinked } from "../platform/text/unlinked.ts";

import type { AskedKind, NoticeKind } from "./auth.mail.token.ts";

interface NoticeMail {
  kind: NoticeKind;
  handle: string | null;
  token: string;
  happenedAt: Date;
}

export type AccountMail =
  | { kind: AskedKind; handle: string | null; token: string }
  | NoticeMail
  | { kind: "alreadyRegistered"; handle: string | null };

const pages = {
  signUp: "verify-email",
  emailVerification: "verify-email",
  emailChange: "verify-email",
  passwordReset: "reset-password",
} as const;

const subjects = {
  signUp: "Finish signing up to Pixora",
  emailVerification: "Verify your e-mail address",
  emailChange: "Verify your new e-mail address",
  passwordReset: "Reset your Pixora password",
  alreadyRegistered: "You already have a Pixora account",
  passwordNotice: "Your Pixora password was changed",
  emailNotice: "Your Pixora e-mail address was changed",
  deviceNotice: "A new device signed in to your Pixora account",
} as const;

const openings = {
  signUp: () => "Someone, hopefully you, signed up to Pixora with this e-mail address.\nOpen this link to finish:",
  emailVerification: () => "Open this link to verify the e-mail address of your Pixora account:",
  emailChange: () => "Open this link to make this the e-mail address of your Pixora account:",
  passwordReset: (account: string) => `Open this link to choose a new password for ${account}:`,
} as const;

/** As it is told to an address; null: nobody has verified that the address is this person's. */
function accountOf(handle: string | null): string {
  return handle === null ? "your Pixora account" : `your Pixora account ${unlinked(handle)}`;
}

const lives = {
  signUp: "It works for three days, once.",
  emailVerification: "It works for three days, once.",
  emailChange: "It works for a day, once.",
  passwordReset: "It works for an hour, once.",
} as const;

/** Writes a mail; `webUrl` is where links start. */
export function writeAccountMail(mail: AccountMail, to: { address: string; webUrl: string }): Mail {
  return { to: to.address, subject: subjects[mail.kind], text: `${bodyOf(mail, to.webUrl)}\n` };
}

function bodyOf(mail: AccountMail, webUrl: string): string {
  if (mail.kind === "alreadyRegistered") {
    return [
      "Someone, perhaps you, tried to use this e-mail address for a Pixora",
      mail.handle === null
        ? "account. It belongs to one already."
        : `account. It belongs to one already: ${unlinked(mail.handle)}.`,
      "",
      "If it was you, sign in with your password, or ask for a new one.",
      "If it was not, there is nothing to do: nothing has changed.",
    ].join("\n");
  }
  if ("happenedAt" in mail) return noticeOf(mail, webUrl);
  return [
    openings[mail.kind](accountOf(mail.handle)),
    "",
    `${webUrl}/${pages[mail.kind]}?token=${mail.token}`,
    "",
    lives[mail.kind],
    "If it was not you who asked, there is nothing to do.",
  ].join("\n");
}

const events = {
  passwordNotice: (account: string) => `The password of ${account}\nwas changed.`,
  emailNotice: (account: string) => `The e-mail address of ${account}\nwas changed: this one is no longer it.`,
  deviceNotice: (account: string) => `A device that was not known signed in to\n${account}.`,
} as const;

function noticeOf(mail: NoticeMail, webUrl: string): string {
  return [
    events[mail.kind](accountOf(mail.handle)),
    `It happened at ${mail.happenedAt.toISOString().slice(0, 16).replace("T", " ")} UTC.`,
    "",
    "If it was you, there is nothing to do.",
    "If it was not, open this link. You choose a new password, and with it",
    "everybody is signed out, every other link ends, and the account has",
    "this e-mail address again:",
    "",
    `${webUrl}/secure-account?token=${mail.token}`,
    "",
    "It works for seven days, once.",
  ].join("\n");
}
