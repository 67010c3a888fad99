// Mails about single notifications, to verified addresses. Promise: at most one for each cause and address, and none of
// what was undone, hidden or turned off before it left.
import type { FactOf } from "@pixora/jobs";
import { createCircuit } from "../platform/flow/circuit.ts";
import { type Mail, MailRefusedError } from "../platform/mailer/mailer.ts";
import { webUrlOf } from "../platform/process/config.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { readWantedMessages, type WantedMessage } from "./delivery.content.ts";
import { writeNotificationMail } from "./delivery.mail.text.ts";
import { deliver, type Message, type Outcome } from "./delivery.send.ts";
import { unsubscribeUrl } from "./delivery.unsubscribe.ts";

export type MailDeps = Pick<Deps, "db" | "clock" | "log" | "mailer" | "config">;

/** Sends the mails that these facts ask for, as far as they may still be sent. The second time sends none again. */
export async function sendMails(
  deps: MailDeps,
  input: { facts: readonly FactOf<"notification.sendMails">[] },
): Promise<void> {
  const { facts } = input;
  const wantedMessages = await readWantedMessages(deps, facts);
  await deliver(deps, {
    channel: "email",
    job: "notification.sendMails",
    fact: "notification.mailRequested",
    factIds: facts.map((fact) => fact.id),
    messages: wantedMessages.flatMap((wanted) => messageOf(deps, wanted) ?? []),
  });
}

function messageOf(deps: MailDeps, wanted: WantedMessage): Message | null {
  const { factId, payload, content, wish, email } = wanted;
  const waitsForDigest = wanted.hasDigest && wish.inApp;
  if (email === null || !wish.email || waitsForDigest) return null;
  const { userId, causeKey } = payload;
  const webUrl = webUrlOf(deps.config);
  const stopUrl = unsubscribeUrl(deps, { userId, scope: content.type });
  const mail = writeNotificationMail(content, { email, handle: wanted.handle, webUrl, unsubscribeUrl: stopUrl });
  return { factId, userId, causeKey, address: email, payload, send: () => callMailer(deps, mail) };
}

const circuitOf = onePerDeps((_deps: MailDeps) => createCircuit());
const provider = "mail";

/** Hands a mail to the provider, unless that has just failed again and again. */
export async function callMailer(deps: MailDeps, mail: Mail): Promise<Outcome> {
  const circuit = circuitOf(deps);
  if (!circuit.mayCall(provider)) {
    return { state: "waiting", error: "the mail provider has failed too often just now", isTry: false };
  }
  try {
    await deps.mailer.send(mail);
    circuit.note(provider, true);
    return { state: "sent" };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const isRefusal = error instanceof MailRefusedError;
    circuit.note(provider, isRefusal && error.isFinal);
    if (!isRefusal) return { state: "sending", error: text };
    return error.isFinal ? { state: "failed", error: text } : { state: "waiting", error: text, isTry: true };
  }
}
