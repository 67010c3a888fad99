// Asking for one's archive: all of a person's life here in one file. Promise: a stolen session alone gets none.
import { requestExport } from "../account/account.export.ts";
import type { ExportView } from "../account/account.schema.ts";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import { findSignInTime } from "../session/session.service.ts";
import { requirePassword } from "./auth.credential.ts";

/** For so long, having signed in proves as much as the password. */
export const freshSignInMs = 10 * 60_000;

/**
 * Has the actor's archive made: with the password, or without it from a session that was opened less than ten minutes
 * ago. Throws auth.passwordRequired, or auth.wrongCredentials for a wrong password however young the session is. The
 * second time within an hour answers the first archive.
 */
export async function askForExport(
  deps: Deps,
  input: { actorId: string; sessionId: string; password?: string | undefined },
): Promise<ExportView> {
  const { actorId, sessionId, password } = input;
  if (password === undefined) await requireFreshSignIn(deps, { userId: actorId, sessionId });
  else await requirePassword(deps, { userId: actorId, password });
  return requestExport(deps, { actorId });
}

async function requireFreshSignIn(deps: Deps, input: { userId: string; sessionId: string }): Promise<void> {
  const signedInAt = await findSignInTime(deps, input);
  const ageMs = signedInAt === null ? freshSignInMs : deps.clock.now().getTime() - signedInAt.getTime();
  if (ageMs >= freshSignInMs) throw new AppError("auth.passwordRequired");
}
