// The pictures of a post that is being written: each is sent at once, can be cancelled and tried again, and moved.
import { useEffect, useRef, useState } from "react";
import { failureOf } from "../../app/failure.ts";
import { pixora } from "../../app/pixora.ts";
import { showToast } from "../../parts/toasts.tsx";
import { words } from "../../words/en.ts";

const maxPictures = 10;
const maxBytes = 25 * 1_024 * 1_024;

export interface Draft {
  /** Of this page alone. */
  key: string;
  file: File;
  /** For showing it before the server has it. */
  url: string;
  alt: string;
  state: "sending" | "ready" | "failed";
  /** How much has been sent, from 0 to 1. */
  part: number;
  mediaId: string | null;
  reason: string | null;
}

export interface Pictures {
  drafts: readonly Draft[];
  add: (files: Iterable<File>) => void;
  remove: (key: string) => void;
  retry: (key: string) => void;
  describe: (key: string, alt: string) => void;
  /** Puts the picture at one place to another. */
  move: (from: number, to: number) => void;
}

let serial = 0;

function makeDraft(file: File): Draft {
  serial += 1;
  const url = URL.createObjectURL(file);
  return { key: `draft-${serial}`, file, url, alt: "", state: "sending", part: 0, mediaId: null, reason: null };
}

/** What can be sent of what was chosen; the rest is told. */
function pick(files: Iterable<File>, room: number): File[] {
  const fit: File[] = [];
  for (const file of files) {
    const isPicture = file.type === "" ? /\.(?:hei[cf]|avif)$/i.test(file.name) : file.type.startsWith("image/");
    if (!isPicture) showToast(words.compose.notPicture(file.name));
    else if (file.size > maxBytes) showToast(words.compose.tooLarge(file.name));
    else fit.push(file);
  }
  if (fit.length > room) showToast(words.compose.tooMany);
  return fit.slice(0, room);
}

export function usePictures(): Pictures {
  const [drafts, setDrafts] = useState<readonly Draft[]>([]);
  const sending = useRef(new Map<string, AbortController>());
  const urls = useRef(new Set<string>());

  useEffect(() => {
    const [open, made] = [sending.current, urls.current];
    return () => {
      for (const controller of open.values()) controller.abort();
      for (const url of made) URL.revokeObjectURL(url);
    };
  }, []);

  function change(key: string, fields: Partial<Draft>): void {
    setDrafts((before) => before.map((draft) => (draft.key === key ? { ...draft, ...fields } : draft)));
  }

  async function send({ key, file }: Draft): Promise<void> {
    const controller = new AbortController();
    sending.current.set(key, controller);
    try {
      const media = await pixora.media.upload(file, {
        purpose: "post",
        signal: controller.signal,
        onProgress: (part) => change(key, { part }),
      });
      change(key, { state: "ready", mediaId: media.id, part: 1 });
    } catch (error) {
      if (!controller.signal.aborted) change(key, { state: "failed", reason: failureOf(error).sentence });
    } finally {
      sending.current.delete(key);
    }
  }

  return {
    drafts,
    add(files) {
      const made = pick(files, maxPictures - drafts.length).map(makeDraft);
      for (const draft of made) urls.current.add(draft.url);
      setDrafts((before) => [...before, ...made]);
      for (const draft of made) void send(draft);
    },
    remove(key) {
      sending.current.get(key)?.abort();
      setDrafts((before) => before.filter((draft) => draft.key !== key));
    },
    retry(key) {
      const draft = drafts.find((one) => one.key === key);
      if (draft === undefined) return;
      change(key, { state: "sending", part: 0, reason: null });
      void send(draft);
    },
    describe: (key, alt) => change(key, { alt }),
    move(from, to) {
      setDrafts((before) => movedTo(before, from, to));
    },
  };
}

/** The same things with one at another place. */
export function movedTo<Thing>(things: readonly Thing[], from: number, to: number): readonly Thing[] {
  const thing = things[from];
  if (thing === undefined || to < 0 || to >= things.length || from === to) return things;
  return things.toSpliced(from, 1).toSpliced(to, 0, thing);
}
