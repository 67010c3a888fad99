// The mailer of a machine without a provider: every mail is a file, and a line in the log.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import type { Logger } from "pino";
import type { Mail, Mailer } from "./mailer.ts";

/** Writes each mail as `<time>-<n>.eml` into `folder`, which is made when the first mail comes. */
export function createFileMailer(input: { folder: string; from: string; log: Logger }): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true });
  let count = 0;
  return {
    async send(mail: Mail) {
      const { message } = await transport.sendMail({ from: input.from, ...mail });
      count += 1;
      const file = join(input.folder, `${Date.now()}-${process.pid}-${count}.eml`);
      await mkdir(input.folder, { recursive: true, mode: 0o700 });
      await writeFile(file, message as Buffer, { mode: 0o600 });
      // Not its text: a link that opens an account must stand in no log.
      input.log.info({ subject: mail.subject, file }, "mail written");
    },
    async close() {},
  };
}
