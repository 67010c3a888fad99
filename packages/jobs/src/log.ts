// The log of the package.

/** What the package writes its log with; pino fits. */
export interface JobsLog {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
  info(details: object, message: string): void;
  debug(details: object, message: string): void;
}
