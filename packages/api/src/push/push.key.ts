// The VAPID key pair: it tells push services who rings, and browsers are bound to it from their subscription on.
// Promise: made once for the whole deployment, whoever asks first, and kept in PostgreSQL.
import { type Statement, statement } from "@pixora/db";
import webPush from "web-push";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";

export interface PushKeys {
  /** Base64url. */
  publicKey: string;
  privateKey: string;
}

const columns = `public_key as "publicKey", private_key as "privateKey"`;
const selectKeys: Statement<PushKeys> = statement("push.selectKeys", `select ${columns} from push_keys where id = 1`);
const insertKeys: Statement<never> = statement(
  "push.insertKeys",
  `insert into push_keys (id, public_key, private_key) values (1, $1, $2) on conflict do nothing`,
);

type KeyDeps = Pick<Deps, "db">;

async function loadKeys({ db }: KeyDeps): Promise<PushKeys> {
  const known = await db.sql.maybe(selectKeys);
  if (known !== null) return known;
  const { publicKey, privateKey } = webPush.generateVAPIDKeys();
  await db.sql.run(insertKeys, [publicKey, privateKey]);
  // Of several that came at once, the first has won; this statement sees it.
  return db.sql.one(selectKeys);
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
