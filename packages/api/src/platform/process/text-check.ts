// The look at how the database keeps text, at the start of a process. Promise: a database that would lose text ends the
// process at once, with one line that says why; one that is away does not.
import { readTextRules, WrongEncodingError } from "@pixora/db";
import type { Deps } from "./deps.ts";

/** Logs the text rules of the database; calls `refuse` with one line where they are wrong. Never throws. */
export async function checkText(deps: Pick<Deps, "db" | "log">, refuse: (line: string) => void): Promise<void> {
  try {
    deps.log.info(await readTextRules(deps.db), "how the database keeps text");
  } catch (error) {
    if (error instanceof WrongEncodingError) refuse(error.message);
    else deps.log.debug({ err: error }, "the database does not answer yet");
  }
}
