// Mails as files: whole, for their owner's eyes only, and never in the log, which more people read.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, expect, test } from "vitest";
import { createFileMailer } from "./mailer.file.ts";

let folder: string | undefined;
afterEach(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

test("a link that opens an account stands in the file, and in no line of the log", async () => {
  folder = join(mkdtempSync(join(tmpdir(), "pixora-mails-")), "mail");
  const logged: string[] = [];
  const log = pino({ level: "trace" }, { write: (line: string) => void logged.push(line) });
  const mailer = createFileMailer({ folder, from: "Pixora <no-reply@pixora.example>", log });
  const link = "https://pixora.example/reset-password?token=abc123";
  await mailer.send({ to: "ann@test.example", subject: "A new password", text: `Open ${link}\n` });
  const [name = ""] = readdirSync(folder);
  expect(readFileSync(join(folder, name), "utf8")).toMatch(/token=(3D)?abc123/);
  expect(logged.join("")).toContain(name);
  expect(logged.join("")).not.toContain("abc123");
  expect(logged.join("")).not.toContain("ann@test.example");
  expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  expect(statSync(folder).mode & 0o077).toBe(0);
});
