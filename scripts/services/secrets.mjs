// Secrets that a person trying Pixora should not have to invent: made once and kept under .pixora for its owner only.
// Production never gets here: there the configuration refuses a missing secret.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { stateDir } from "./open.mjs";
import { readJson, writeJson } from "./process.mjs";

const secretsFile = join(stateDir, "secrets.json");

/** JWT_SECRET of the environment, else the kept one, else a new one. */
export function readOrMakeSecrets() {
  const { JWT_SECRET } = process.env;
  if (JWT_SECRET) return { JWT_SECRET };
  const kept = readJson(secretsFile);
  if (kept?.JWT_SECRET) return { JWT_SECRET: kept.JWT_SECRET };
  const made = { ...kept, JWT_SECRET: randomBytes(48).toString("base64url") };
  writeJson(secretsFile, made);
  return { JWT_SECRET: made.JWT_SECRET };
}
