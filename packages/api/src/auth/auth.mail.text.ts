// The words of account mails. Plain ASCII in short lines: the link arrives in one piece, whatever carries it.
// Promise: no text that a stranger chose is in them, save the handle, whose alphabet is harmless.
import type { Mail } from "../platform/mailer/mailer.ts";

import type { AskedKind, NoticeKind } from "./auth.mail.token.ts";

interface NoticeMail {
  kind: NoticeKind;
  handle: string;
  token: string;
  happenedAt: Date;
}

export type AccountMail =
  | { kind: AskedKind; handle: string; token: string }
  | NoticeMail
  | { kind: "alreadyRegistered"; handle: string };

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
  signUp: (handle: string) => `Someone, hopefully you, signed up to Pixora as ${handle}.\nOpen this link to finish:`,
  emailVerification: (handle: string) => `Open this link to verify the e-mail address of ${handle}:`,
  emailChange: (handle: string) => `Open this link to make this the e-mail address of ${handle}:`,
  passwordReset: (handle: string) => `Open this link to choose a new password for ${handle}:`,
} as const;

const lives = {
  signUp: "It works for three days, once.",
  emailVerification: "It works for three days, once.",
  emailChange: "It works for a day, once.",
  passwordReset: "It works for an hour, once.",
} as const;

/** Writes a mail; `publicUrl` is where links start. */
export function writeAccountMail(mail: AccountMail, to: { address: string; publicUrl: string }): Mail {
  return { to: to.address, subject: subjects[mail.kind], text: `${bodyOf(mail, to.publicUrl)}\n` };
}

function bodyOf(mail: AccountMail, publicUrl: string): string {
  if (mail.kind === "alreadyRegistered") {
    return [
      "Someone, perhaps you, tried to use this e-mail address for a Pixora",
      `account. It belongs to one already: ${mail.handle}.`,
      "",
      "If it was you, sign in with your password, or ask for a new one.",
      "If it was not, there is nothing to do: nothing has changed.",
    ].join("\n");
  }
  if ("happenedAt" in mail) return noticeOf(mail, root);
  return [
    openings[mail.kind](mail.handle),
    "",
    `${publicUrl}/${pages[mail.kind]}?token=${mail.token}`,
    "",
    lives[mail.kind],
    "If it was not you who asked, there is nothing to do.",
  ].join("\n");
}

const events = {
  passwordNotice: (handle: string) => `The password of your Pixora account ${handle} was changed.`,
  emailNotice: (handle: string) =>
    `The e-mail address of your Pixora account ${handle} was changed:\nthis one is no longer it.`,
  deviceNotice: (handle: string) => `A device that was not known signed in to your Pixora account\n${handle}.`,
} as const;

function noticeOf(mail: NoticeMail, root: string): string {
  return [
    events[mail.kind](mail.handle),
    `It happened at ${mail.happenedAt.toISOString().slice(0, 16).replace("T", " ")} UTC.`,
    "",
    "If it was you, there is nothing to do.",
    "If it was not, open this link. You choose a new password, and with it",
    "everybody is signed out, every other link ends, and the account has",
    "this e-mail address again:",
    "",
    `${root}/secure-account?token=${mail.token}`,
    "",
    "It works for seven days, once.",
  ].join("\n");
}
