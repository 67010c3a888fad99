// Secrets that a person trying Pixora should not have to invent: made once and kept under .pixora for its owner only.
// In production none is made: there the configuration refuses a missing one.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { stateDir } from "./open.mjs";
import { readJson, writeJson } from "./process.mjs";

const secretsFile = join(stateDir, "secrets.json");

/** JWT_SECRET of the environment, else the kept one, else a new one; in production that of the environment or none. */
export function readOrMakeSecrets() {
  const { JWT_SECRET, NODE_ENV } = process.env;
  if (JWT_SECRET) return { JWT_SECRET };
  if (NODE_ENV === "production") return {};
  const kept = readJson(secretsFile);
  if (kept?.JWT_SECRET) return { JWT_SECRET: kept.JWT_SECRET };
  const made = { ...kept, JWT_SECRET: randomBytes(48).toString("base64url") };
  writeJson(secretsFile, made);
  return { JWT_SECRET: made.JWT_SECRET };
}
