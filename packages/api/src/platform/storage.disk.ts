// The storage of a single machine (or of machines that share a folder): files below one directory, received and served
// by our own server. Promises: a file is there whole or not at all, and an upload never replaces one.
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, link, mkdir, open, opendir, readdir, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import type { Clock } from "./deps.ts";
import { createSigner } from "./signature.ts";
import {
  type LocalFiles,
  type Storage,
  signedUrlLifeMs,
  signingInstant,
  signingPeriodOf,
  type Upload,
} from "./storage.ts";

export interface DiskStorageInput {
  folder: string;
  /** Where browsers reach the server. */
  publicUrl: string;
  secrets: readonly string[];
  clock: Clock;
}

/** Files that are being written stand here; a crash leaves some. */
const draftFolder = "draft";
const listedAtOnce = 500;

/** Opens a directory as storage; it is made when the first file comes. */
export function createDiskStorage(input: DiskStorageInput): Storage {
  const { folder, clock } = input;
  const publicUrl = input.publicUrl.replace(/\/+$/, "");
  const uploads = createSigner({ secrets: input.secrets, purpose: "pixora.storage.upload" });
  const urls = createSigner({ secrets: input.secrets, purpose: "pixora.storage.url" });

  /** Gives `work` a path to write to; what it does not move or link to its place is gone afterwards. */
  async function withDraft<T>(work: (draft: string) => Promise<T>): Promise<T> {
    const draft = join(folder, draftFolder, randomBytes(12).toString("hex"));
    await mkdir(dirname(draft), { recursive: true });
    try {
      return await work(draft);
    } finally {
      await rm(draft, { force: true });
    }
  }

  return {
    async signUpload({ key, contentType, byteSize, lifeMs }) {
      const expiresAt = new Date(clock.now().getTime() + lifeMs);
      const body = Buffer.from(JSON.stringify([key, contentType, byteSize, expiresAt.getTime()])).toString("base64url");
      // In the query, which no log keeps.
      const url = `${publicUrl}/media/upload?t=${body}.${uploads.sign(body)}`;
      return { method: "PUT", url, headers: { "content-type": contentType }, expiresAt };
    },
    async stat({ key }) {
      const found = await unlessMissing(stat(pathOf(folder, key)));
      return found === null ? null : { byteSize: found.size, contentType: null };
    },
    async copy({ from, to }) {
      return withDraft(async (draft) => {
        const isThere = await linkOrCopy(pathOf(folder, from), draft);
        if (isThere) await moveTo(draft, pathOf(folder, to));
        return isThere;
      });
    },
    async read({ key, maxBytes }) {
      const file = await unlessMissing(open(pathOf(folder, key)));
      if (file === null) return null;
      try {
        if ((await file.stat()).size > maxBytes) throw new Error(`${key} is larger than ${maxBytes} bytes`);
        return await file.readFile();
      } finally {
        await file.close();
      }
    },
    async put({ key, bytes }) {
      await withDraft(async (draft) => {
        await writeFile(draft, bytes, { flush: true });
        await moveTo(draft, pathOf(folder, key));
      });
    },
    async deleteMany({ keys }) {
      for (const key of keys) {
        const path = pathOf(folder, key);
        await rm(path, { force: true });
        // A picture's folder goes with its last file.
        if (key.split("/").length > 2) await rmdir(dirname(path)).catch(() => undefined);
      }
    },
    list: ({ prefix }) => listFolder(folder, prefix),
    async deleteDrafts({ olderThanMs }) {
      const before = clock.now().getTime() - olderThanMs;
      for await (const keys of listFolder(folder, `${draftFolder}/`)) {
        for (const key of keys) {
          const found = await unlessMissing(stat(pathOf(folder, key)));
          if (found !== null && found.mtimeMs < before) await rm(pathOf(folder, key), { force: true });
        }
      }
    },
    signingPeriod: () => signingPeriodOf(clock.now()),
    urlOf({ key, isPublic }) {
      const url = `${publicUrl}/media/${key}`;
      if (isPublic) return { url, expiresAt: null };
      const expiresAt = new Date(signingInstant(clock.now()).getTime() + signedUrlLifeMs);
      const expires = expiresAt.getTime().toString(36);
      return { url: `${url}?e=${expires}&s=${urls.sign(`${key}?${expires}`)}`, expiresAt };
    },
    local: createLocalFiles(),
  };

  function createLocalFiles(): LocalFiles {
    return {
      readUploadToken(token) {
        const [body, signature, ...rest] = token.split(".");
        if (body === undefined || signature === undefined || rest.length > 0) return null;
        if (!uploads.isValid(body, signature)) return null;
        const [key, contentType, byteSize, expiresAtMs] = JSON.parse(Buffer.from(body, "base64url").toString());
        return expiresAtMs > clock.now().getTime() ? { key, contentType, byteSize } : null;
      },
      async receive(upload, body) {
        const path = pathOf(folder, upload.key);
        if ((await unlessMissing(stat(path))) !== null) return "exists";
        return withDraft(async (draft) => {
          if (!(await writeExactly(draft, body, upload))) return "wrongSize";
          return (await linkTo(draft, path)) ? "stored" : "exists";
        });
      },
      checkUrl({ key, expires, signature }) {
        if (!urls.isValid(`${key}?${expires}`, signature)) return null;
        const leftMs = Number.parseInt(expires, 36) - clock.now().getTime();
        return leftMs > 0 ? leftMs : null;
      },
      async open(key) {
        const path = pathOf(folder, key);
        const found = await unlessMissing(stat(path));
        return found === null
          ? null
          : { byteSize: found.size, stream: (range) => createReadStream(path, { ...range }) };
      },
    };
  }
}

/** Keys are made by our own code; one that could leave the folder is a mistake of ours. */
function pathOf(folder: string, key: string): string {
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

async function moveTo(draft: string, path: string): Promise<void> {
  await inFolderOf(path, () => rename(draft, path));
}

/** False where something is there already; it stays. */
async function linkTo(draft: string, path: string): Promise<boolean> {
  try {
    await inFolderOf(path, () => link(draft, path));
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** False where the source is missing. Linked where the file system can: files are never written in place. */
async function linkOrCopy(from: string, to: string): Promise<boolean> {
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
async function writeExactly(path: string, body: Readable, upload: Upload): Promise<boolean> {
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
async function* listFolder(folder: string, prefix: string): AsyncGenerator<string[], void, undefined> {
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

async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
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
