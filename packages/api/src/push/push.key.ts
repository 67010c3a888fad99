// The VAPID key pair: it tells push services who rings, and browsers are bound to it from their subscription on.
// Promise: made once for the whole deployment, whoever asks first, and kept in PostgreSQL.
import webPush from "web-push";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";

export interface PushKeys {
  /** Base64url. */
  publicKey: string;
  privateKey: string;
}

/** The table holds one row. */
const id = 1;
const select = { publicKey: true, privateKey: true } as const;

type KeyDeps = Pick<Deps, "db">;

async function loadKeys({ db }: KeyDeps): Promise<PushKeys> {
  const { pushKey } = db.prisma;
  const known = await pushKey.findUnique({ where: { id }, select });
  if (known !== null) return known;
  const { publicKey, privateKey } = webPush.generateVAPIDKeys();
  await pushKey.createMany({ data: { id, publicKey, privateKey }, skipDuplicates: true });
  // Of several that came at once, the first has won; this statement sees it.
  return pushKey.findUniqueOrThrow({ where: { id }, select });
}

// They never change, so a process reads them once; a failure to read them is not kept.
const keysOf = onePerDeps((_deps: KeyDeps): { loading: Promise<PushKeys> | null } => ({ loading: null }));

/** The key pair of this deployment; made by the first call of all. */
export async function readPushKeys(deps: KeyDeps): Promise<PushKeys> {
  const kept = keysOf(deps);
  kept.loading ??= loadKeys(deps).catch((error: unknown) => {
    kept.loading = null;
    throw error;
  });
  return kept.loading;
}
