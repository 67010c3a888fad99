import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createSmtpMailer } from "./mailer.smtp.ts";
import { MailRefusedError } from "./mailer.ts";

let server: Server | undefined;
afterEach(() => void server?.close());

/** A provider that takes everything, or refuses recipients, or breaks; answers its URL. `heard` gets what clients say. */
async function startProvider(input: {
  heard: string[];
  refuses?: boolean;
  breaksAt?: "EHLO" | "message";
}): Promise<string> {
  server = createServer((socket) => {
    let isMessage = false;
    socket.write("220 test\r\n");
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      input.heard.push(chunk);
      if (input.breaksAt === (isMessage ? "message" : chunk.slice(0, 4))) socket.destroy();
      else if (isMessage) {
        isMessage = !chunk.endsWith("\r\n.\r\n");
        if (!isMessage) socket.write("250 taken\r\n");
      } else if (chunk.startsWith("DATA")) {
        isMessage = true;
        socket.write("354 go on\r\n");
      } else if (chunk.startsWith("RCPT") && input.refuses) socket.write("550 no such box\r\n");
      else socket.write(chunk.startsWith("QUIT") ? "221 bye\r\n" : "250 ok\r\n");
    });
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the provider has no port");
  return `smtp://127.0.0.1:${address.port}`;
}

const mail = { to: "ann@test.example", subject: "Hello", text: `A link:\nhttps://x.example/${"a".repeat(50)}\n` };

test("a mail reaches the provider whole, from the configured sender", async () => {
  const heard: string[] = [];
  const mailer = createSmtpMailer({ url: await startProvider({ heard }), from: "Pixora <no-reply@pixora.example>" });
  await mailer.send({ ...mail, headers: { "List-Unsubscribe": "<https://x.example/u>" } });
  await mailer.close();
  const said = heard.join("");
  expect(said).toContain("MAIL FROM:<no-reply@pixora.example>");
  expect(said).toContain("RCPT TO:<ann@test.example>");
  for (const part of ["Subject: Hello", "List-Unsubscribe:", `https://x.example/${"a".repeat(50)}`]) {
    expect(said).toContain(part);
  }
});

test("a mail that the provider refuses is a rejection, and so is a provider that is away", async () => {
  const url = await startProvider({ heard: [], refuses: true });
  const mailer = createSmtpMailer({ url, from: "a@pixora.example" });
  await expect(mailer.send(mail)).rejects.toThrow("550");
  await mailer.close();
  await new Promise((resolve) => server?.close(resolve));
  const away = createSmtpMailer({ url, from: "a@pixora.example" });
  await expect(away.send(mail)).rejects.toThrow();
  await away.close();
});

/** How sending a mail fails. */
async function failureOf(url: string): Promise<unknown> {
  const mailer = createSmtpMailer({ url, from: "a@pixora.example" });
  const failure = await mailer.send(mail).catch((error: unknown) => error);
  await mailer.close();
  return failure;
}

test("a refused recipient is refused for good; a provider that is away, or goes before the message, is not", async () => {
  const refused = await failureOf(await startProvider({ heard: [], refuses: true }));
  expect(refused).toMatchObject({ name: "MailRefusedError", isFinal: true });
  await new Promise((resolve) => server?.close(resolve));
  const gone = await failureOf(await startProvider({ heard: [], breaksAt: "EHLO" }));
  expect(gone).toMatchObject({ name: "MailRefusedError", isFinal: false });
  await new Promise((resolve) => server?.close(resolve));
  expect(await failureOf("smtp://127.0.0.1:1")).toMatchObject({ name: "MailRefusedError", isFinal: false });
});

test("of a connection that breaks within the message nobody says that the mail was refused", async () => {
  const failure = await failureOf(await startProvider({ heard: [], breaksAt: "message" }));
  expect(failure).toBeInstanceOf(Error);
  expect(failure).not.toBeInstanceOf(MailRefusedError);
});
