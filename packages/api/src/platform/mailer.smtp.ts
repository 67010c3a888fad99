// The mailer of a deployment: mails leave through an SMTP provider.
// Promises: connections are few and reused; a provider that hangs fails the mail, and never holds a job for ever.
import { createTransport } from "nodemailer";
import type { Mail, Mailer } from "./mailer.ts";

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
  return {
    async send(mail: Mail) {
      await transport.sendMail({ ...mail });
    },
    async close() {
      transport.close();
    },
  };
}
