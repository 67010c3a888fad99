// The storage of a single machine (or of machines that share a folder): files below one directory, received and served
// by our own server. Promises: a file is there whole or not at all, and an upload never replaces one.
import { createReadStream } from "node:fs";
import { open, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../process/deps.ts";
import {
  deleteDraftsBefore,
  linkOrCopy,
  linkTo,
  listFolder,
  moveTo,
  pathOf,
  unlessMissing,
  withDraft,
  writeExactly,
} from "./storage.disk.files.ts";
import { createDiskSigner } from "./storage.disk.sign.ts";
import type { LocalFiles, Storage } from "./storage.ts";

export interface DiskStorageInput {
  folder: string;
  /** Where browsers reach the server. */
  publicUrl: string;
  secrets: readonly string[];
  clock: Clock;
}

/** Opens a directory as storage; it is made when the first file comes. */
export function createDiskStorage(input: DiskStorageInput): Storage {
  const { folder, clock } = input;
  const { readUploadToken, checkUrl, ...signing } = createDiskSigner(input);
  return {
    ...signing,
    local: { readUploadToken, checkUrl, ...localFilesIn(folder) },
    async stat({ key }) {
      const found = await unlessMissing(stat(pathOf(folder, key)));
      return found === null ? null : { byteSize: found.size, contentType: null };
    },
    read: ({ key, maxBytes }) => readFile(pathOf(folder, key), maxBytes),
    put: ({ key, bytes }) =>
      withDraft(folder, async (draft) => {
        await writeFile(draft, bytes, { flush: true });
        await moveTo(draft, pathOf(folder, key));
      }),
    copy: ({ from, to }) =>
      withDraft(folder, async (draft) => {
        const isThere = await linkOrCopy(pathOf(folder, from), draft);
        if (isThere) await moveTo(draft, pathOf(folder, to));
        return isThere;
      }),
    async deleteMany({ keys }) {
      for (const key of keys) await deleteFile(folder, key);
    },
    list: ({ prefix }) => listFolder(folder, prefix),
    deleteDrafts: ({ olderThanMs }) => deleteDraftsBefore(folder, clock.now().getTime() - olderThanMs),
  };
}

async function readFile(path: string, maxBytes: number): Promise<Buffer | null> {
  const file = await unlessMissing(open(path));
  if (file === null) return null;
  try {
    if ((await file.stat()).size > maxBytes) throw new Error(`${path} is larger than ${maxBytes} bytes`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function deleteFile(folder: string, key: string): Promise<void> {
  const path = pathOf(folder, key);
  await rm(path, { force: true });
  // A picture's folder goes with its last file.
  if (key.split("/").length > 2) await rmdir(dirname(path)).catch(() => undefined);
}

function localFilesIn(folder: string): Pick<LocalFiles, "receive" | "open"> {
  return {
    async receive(upload, body) {
      const path = pathOf(folder, upload.key);
      if ((await unlessMissing(stat(path))) !== null) return "exists";
      return withDraft(folder, async (draft) => {
        if (!(await writeExactly(draft, body, upload))) return "wrongSize";
        return (await linkTo(draft, path)) ? "stored" : "exists";
      });
    },
    async open(key) {
      const path = pathOf(folder, key);
      const found = await unlessMissing(stat(path));
      if (found === null) return null;
      return { byteSize: found.size, stream: (range) => createReadStream(path, { ...range }) };
    },
  };
}
