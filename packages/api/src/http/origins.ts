// Which pages of the web may call. Promises: the origin that people know us under always may; one that may not is named in
// the log once, since the page itself learns nothing of why.
import type { Logger } from "pino";

export interface Origins {
  /** As CORS takes them. */
  allowed: "*" | string[];
  /** Whether a page of this origin may call; undefined is a program, which may. */
  mayCall(origin: string | undefined): boolean;
  /** Whether the configuration names it: "any" names none. */
  isNamed(origin: string | undefined): boolean;
}

/** More are noted by nobody's mistake. */
const maxNamed = 100;
const maxOriginChars = 200;

/** `allowed` are those of the configuration; "*" among them: any. */
export function createOrigins(input: {
  allowed: readonly string[];
  publicUrl: string;
  /** Where the frontend is. */
  webUrl?: string | undefined;
  log: Pick<Logger, "warn">;
}): Origins {
  const isAny = input.allowed.includes("*");
  const known = new Set([
    ...input.allowed,
    ...[input.publicUrl, input.webUrl ?? input.publicUrl].map((url) => new URL(url).origin),
  ]);
  const named = new Set<string>();

  function nameOnce(origin: string): void {
    const name = origin.slice(0, maxOriginChars);
    if (named.has(name) || named.size >= maxNamed) return;
    named.add(name);
    input.log.warn({ origin: name }, "a page of an origin that ALLOWED_ORIGINS does not name tried to call");
  }

  return {
    allowed: isAny ? "*" : [...known],
    mayCall(origin) {
      if (isAny || origin === undefined || known.has(origin)) return true;
      nameOnce(origin);
      return false;
    },
    isNamed: (origin) => origin !== undefined && origin !== "*" && known.has(origin),
  };
}
