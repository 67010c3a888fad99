// The log: pino, one JSON object a line, with every known place of a secret redacted, and no query string.
import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";

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

/** The query of whatever looks like a path or URL in a line: it may carry a permission, wherever the line comes from. */
const query = /(\/[^\s"?\\]*)\?[^\s"\\]+/g;

/** Makes the log of a process, to standard output unless another place is given. */
export function createLog(input: { level: string; name: string }, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level: input.level,
    name: input.name,
    redact: { paths: secretPaths, censor: "[redacted]" },
    hooks: { streamWrite: (line) => (line.includes("?") ? line.replace(query, "$1") : line) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
