// A provider on this machine that mails are sent to in tests: it keeps what it gets, hangs or refuses.
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

/** A mail as the provider got it. */
export interface SunkMail {
  to: string[];
  /** As sent: headers, an empty line, the parts in their encodings. */
  raw: string;
}

export interface MailSink {
  url: string;
  mails: SunkMail[];
  /** How it treats who comes from now on; "hang" takes connections and never says a word. */
  mode: "take" | "hang" | "refuse";
  close(): Promise<void>;
}

/** An SMTP server on a free port. */
export async function openMailSink(): Promise<MailSink> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    onConnect: (_session, done) => void (sink.mode === "hang" || done()),
    onRcptTo: (_address, _session, done) =>
      done(sink.mode === "refuse" ? Object.assign(new Error("no such mailbox"), { responseCode: 550 }) : null),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const to = session.envelope.rcptTo.map((recipient) => recipient.address);
        sink.mails.push({ to, raw: Buffer.concat(chunks).toString("utf8") });
        done();
      });
    },
  });
  server.on("error", () => undefined);
  const listening = server.listen(0, "127.0.0.1");
  await new Promise<void>((resolve) => listening.once("listening", () => resolve()));
  const { port } = listening.address() as AddressInfo;
  const sink: MailSink = {
    url: `smtp://127.0.0.1:${port}`,
    mails: [],
    mode: "take",
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return sink;
}
