// The mailer of a deployment: mails leave through an SMTP provider.
// Promises: connections are few and reused; a provider that hangs fails the mail, and never holds a job for ever; what
// the provider surely has not taken fails as MailRefusedError.
import type { Readable } from "node:stream";
import { createTransport, type NodemailerError } from "nodemailer";
import { type Mail, type Mailer, MailRefusedError } from "./mailer.ts";

const maxConnections = 5;
const connectTimeoutMs = 10_000;
const socketTimeoutMs = 20_000;

/** Opens nothing yet. `url` is smtp:// (STARTTLS where the provider offers it) or smtps://, with login and password. */
export function createSmtpMailer(input: { url: string; from: string }): Mailer {
  const transport = createTransport(
    {
      url: input.url,
      pool: true,
      maxConnections,
      connectionTimeout: connectTimeoutMs,
      greetingTimeout: connectTimeoutMs,
      socketTimeout: socketTimeoutMs,
      // A mail is text that we wrote: nothing in it may make this process read files or fetch addresses.
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from: input.from },
  );
  // nodemailer names no stage when a connection breaks; but a message whose stream nobody read was not sent. The headers
  // are what leads from a call to its stream.
  const streams = new WeakMap<object, Readable[]>();
  transport.use("stream", (mail, done) => {
    const { message } = mail;
    const ofMail = streams.get(mail.data.headers ?? message);
    const createReadStream = message.createReadStream.bind(message);
    message.createReadStream = (options) => {
      const stream = createReadStream(options);
      ofMail?.push(stream);
      return stream;
    };
    done();
  });
  return {
    async send(mail: Mail) {
      const headers = { ...mail.headers };
      const ofMail: Readable[] = [];
      streams.set(headers, ofMail);
      try {
        await transport.sendMail({ ...mail, headers });
      } catch (error) {
        throw nameRefusal(error, { isBegun: ofMail.some((stream) => stream.readableDidRead) });
      }
    },
    async close() {
      transport.close();
    },
  };
}

/** What SMTP says of a failed mail: an answer is a refusal, and so is a failure before the message was begun. */
function nameRefusal(error: unknown, { isBegun }: { isBegun: boolean }): unknown {
  if (!(error instanceof Error)) return error;
  const { responseCode, permanent, command } = error as NodemailerError;
  if (responseCode === undefined && isBegun) return error;
  // Refused for good is only what is said of this mailbox or message, not of our login or sender.
  const isFinal = permanent === true && (command === "RCPT TO" || command === "DATA");
  return new MailRefusedError(error.message, { isFinal });
}
