// The log: pino, one JSON object a line, with every known place of a secret redacted.
import { type Logger, pino } from "pino";

const secretPaths = [
  "password",
  "*.password",
  "*.newPassword",
  "*.currentPassword",
  "token",
  "*.token",
  "*.accessToken",
  "*.refreshToken",
  "*.authorization",
  "req.headers.authorization",
  "headers.authorization",
];

/** Makes the log of a process. */
export function createLog(input: { level: string; name: string }): Logger {
  return pino({ level: input.level, name: input.name, redact: { paths: secretPaths, censor: "[redacted]" } });
}
