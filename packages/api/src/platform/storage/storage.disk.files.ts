// What the disk driver does with files. Promises: a file is there whole or not at all, and `linkTo` never replaces one.
import { randomBytes } from "node:crypto";
import { copyFile, link, mkdir, open, opendir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import type { Upload } from "./storage.ts";

/** Files that are being written stand here; a crash leaves some. */
export const draftFolder = "draft";
const listedAtOnce = 500;

/** Gives `work` a path to write to; what it does not move or link to its place is gone afterwards. */
export async function withDraft<T>(folder: string, work: (draft: string) => Promise<T>): Promise<T> {
  const draft = join(folder, draftFolder, randomBytes(12).toString("hex"));
  await mkdir(dirname(draft), { recursive: true });
  try {
    return await work(draft);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Keys are made by our own code; one that could leave the folder is a mistake of ours. */
export function pathOf(folder: string, key: string): string {
  if (!/^[a-z0-9-]+(\/[a-z0-9-]+)*(\.[a-z0-9]+)?$/i.test(key)) throw new Error(`not a storage key: ${key}`);
  return join(folder, key);
}

/** Runs again where the folder was missing, or went with its last file in between. */
async function inFolderOf<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    await mkdir(dirname(path), { recursive: true });
    try {
      return await work();
    } catch (error) {
      if (!hasCode(error, "ENOENT") || attempt === 3) throw error;
    }
  }
}

export async function moveTo(draft: string, path: string): Promise<void> {
  await inFolderOf(path, () => rename(draft, path));
}

/** False where something is there already; it stays. */
export async function linkTo(draft: string, path: string): Promise<boolean> {
  try {
    await inFolderOf(path, () => link(draft, path));
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** False where the source is missing. Linked where the file system can: files are never written in place. */
export async function linkOrCopy(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to).catch((error) => (hasCode(error, "ENOENT") ? Promise.reject(error) : copyFile(from, to)));
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

/**
 * False where the body is shorter or longer than signed. It is not read to its end then, nor ended: whoever sends it
 * shall still hear why.
 */
export async function writeExactly(path: string, body: Readable, upload: Upload): Promise<boolean> {
  const file = await open(path, "wx");
  try {
    let written = 0;
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      written += chunk.length;
      if (written > upload.byteSize) return false;
      await file.writeFile(chunk);
    }
    await file.sync();
    return written === upload.byteSize;
  } finally {
    await file.close();
  }
}

/** A folder holds files, and folders of files: no deeper keys are made. */
export async function* listFolder(folder: string, prefix: string): AsyncGenerator<string[], void, undefined> {
  const top = await unlessMissing(opendir(join(folder, prefix)));
  if (top === null) return;
  let keys: string[] = [];
  for await (const entry of top) {
    if (entry.isFile()) keys.push(`${prefix}${entry.name}`);
    else {
      const names = (await unlessMissing(readdir(join(folder, prefix, entry.name)))) ?? [];
      keys.push(...names.map((name) => `${prefix}${entry.name}/${name}`));
    }
    if (keys.length < listedAtOnce) continue;
    yield keys;
    keys = [];
  }
  if (keys.length > 0) yield keys;
}

export async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return null;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** Deletes drafts that nobody has written to since. */
export async function deleteDraftsBefore(folder: string, beforeMs: number): Promise<void> {
  for await (const keys of listFolder(folder, `${draftFolder}/`)) {
    for (const key of keys) {
      const found = await unlessMissing(stat(pathOf(folder, key)));
      if (found !== null && found.mtimeMs < beforeMs) await rm(pathOf(folder, key), { force: true });
    }
  }
}
