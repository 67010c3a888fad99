// One owner for a service folder: a live process records itself in owner.json, a dead one's record is taken over.
// Lets two test runs, or a start and a script, share a clone without stopping each other's database.
import { linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isSameProcessAlive, processIdentity, readJson, waitUntil } from "./process.mjs";

const ownerFile = (dir) => join(dir, "owner.json");

/** The live process that owns the folder, or null. */
export function findOwner(dir) {
  const owner = readJson(ownerFile(dir));
  return isSameProcessAlive(owner) ? owner : null;
}

/** Takes the folder for this process; false when another live process has it. Again by the owner: true. */
export function claimFolder(dir) {
  mkdirSync(dir, { recursive: true });
  const own = processIdentity(process.pid);
  const partial = join(dir, `owner.${process.pid}`);
  writeFileSync(partial, JSON.stringify(own), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      try {
        linkSync(partial, ownerFile(dir)); // fails if the name exists, so only one of two claimants gets through
        return true;
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
      }
      const owner = findOwner(dir);
      if (owner) return owner.pid === process.pid;
      rmSync(ownerFile(dir), { force: true });
    }
    return false;
  } finally {
    rmSync(partial, { force: true });
  }
}

/** What the live owner of the folder wrote about its running server, waiting while it starts; null when it does not. */
export async function waitForOwnersServer(dir) {
  const read = () => {
    const state = readJson(join(dir, "state.json"));
    // An earlier owner's server may still run for the moment it takes the new owner to stop it.
    const isCurrent = isSameProcessAlive(state?.identity) && state.ownerPid === findOwner(dir)?.pid;
    return isCurrent ? state : null;
  };
  await waitUntil(() => read() !== null || findOwner(dir) === null, { timeoutMs: 60_000, everyMs: 100 });
  return read();
}

/** Gives the folder up, if it is ours. */
export function releaseFolder(dir) {
  if (findOwner(dir)?.pid === process.pid) rmSync(ownerFile(dir), { force: true });
}

/** Claims the first free folder of base/1, base/2, …: each keeps its contents for the next run. */
export function claimSlot(base, { maxSlots = 16 } = {}) {
  for (let slot = 1; slot <= maxSlots; slot += 1) {
    const dir = join(base, String(slot));
    if (claimFolder(dir)) return dir;
  }
  throw new Error(`All ${maxSlots} folders under ${base} are in use by running processes.`);
}
