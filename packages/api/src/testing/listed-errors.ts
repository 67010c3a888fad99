// The errors that procedures answer in tests, held against what they say of themselves: a code that is listed nowhere fails
// the test that met it.
import { z } from "zod";
import { listProcedures } from "../http/reference/procedures.ts";

let listed: ReadonlyMap<string, readonly string[]> | null = null;

/** Whether a procedure says that it may answer this code. Of what is no procedure, anything is true. */
export function isListedError(path: string, code: string): boolean {
  listed ??= new Map(listProcedures().map((procedure) => [procedure.path, procedure.errors]));
  return listed.get(path)?.includes(code) ?? true;
}

const ending = z.object({ error: z.object({ data: z.object({ path: z.string(), appCode: z.string() }) }) });

/** Throws for an answer, or a batch of them, that holds an error its procedure does not list. */
export function refuseUnlistedErrors(answer: unknown): void {
  for (const one of Array.isArray(answer) ? answer : [answer]) {
    const found = ending.safeParse(one);
    if (!found.success) continue;
    const { path, appCode } = found.data.error.data;
    if (!isListedError(path, appCode)) {
      throw new Error(`${path} answers ${appCode}, which neither its kind nor the errors of its meta name`);
    }
  }
}
