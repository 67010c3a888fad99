// The link in a mail by which its reader stops mails, without signing in. Promises: only we can make one; it does nothing
// but stop mails, and works for as long as the secret that signed it.
import { isId } from "@pixora/db";
import { updatePreferences } from "../notification/notification.preference.ts";
import {
  type NotificationType,
  notificationType,
  type UpdatePreferencesInput,
} from "../notification/notification.schema.ts";
import type { Deps } from "../platform/process/deps.ts";
import { createSigner } from "../platform/secret/signature.ts";

/** What a link stops: mails about a type, or, of a digest, all mails. */
export type UnsubscribeScope = NotificationType | "all";

type Keyed = Pick<Deps, "config">;

function signerOf(deps: Keyed) {
  return createSigner({ secrets: deps.config.JWT_SECRET, purpose: "notification.unsubscribe" });
}

/** The link of a mail; made again, it is the same. */
export function unsubscribeUrl(deps: Keyed, input: { userId: string; scope: UnsubscribeScope }): string {
  const text = `${input.scope}.${input.userId}`;
  return `${deps.config.PUBLIC_URL}/unsubscribe/${text}.${signerOf(deps).sign(text)}`;
}

/** Whom and what a token is about; null for one that we have not made. */
export function readUnsubscribeToken(
  deps: Keyed,
  input: { token: string },
): { userId: string; scope: UnsubscribeScope } | null {
  const [, scope = "", userId = "", signature = ""] = /^([A-Z_]+|all)\.(\d+)\.([\w-]+)$/.exec(input.token) ?? [];
  if (!isId(userId)) return null;
  if (!signerOf(deps).isValid(`${scope}.${userId}`, signature)) return null;
  if (scope === "all") return { userId, scope };
  const type = notificationType.safeParse(scope);
  return type.success ? { userId, scope: type.data } : null;
}

const noMails: UpdatePreferencesInput = {
  types: Object.fromEntries(notificationType.options.map((type) => [type, { email: false }])),
  digest: { frequency: "off" },
};

/**
 * Stops what a token is about, or all mails; answers what was stopped, and null for a token that is none. A digest is
 * never stopped alone: mails about each single thing would take its place. The second time changes nothing.
 */
export async function unsubscribe(
  deps: Pick<Deps, "db" | "config" | "clock">,
  input: { token: string; isAll: boolean },
): Promise<UnsubscribeScope | null> {
  const known = readUnsubscribeToken(deps, input);
  if (known === null) return null;
  const scope = input.isAll ? "all" : known.scope;
  const changes = scope === "all" ? noMails : { types: { [scope]: { email: false } } };
  // Of an account that is gone nothing is left to stop.
  const where = { id: BigInt(known.userId), deletedAt: null };
  const living = await deps.db.prisma.user.findUnique({ where, select: { id: true } });
  if (living !== null) await updatePreferences(deps, { actorId: known.userId, changes });
  return scope;
}
