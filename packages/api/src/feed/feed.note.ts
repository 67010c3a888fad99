// What stands beside a window's list: until when it may be believed, and the large accounts that its reader follows.
// It is one short text, since it is read with every page.

export interface WindowNote {
  /** Milliseconds since 1970: from then on fan-out may pass the reader over (feed.warmth.ts). */
  warmUntilMs: number;
  /** Followed accounts whose posts are not pushed. */
  largeAuthorIds: string[];
}

const notePattern = /^\d+(,[1-9]\d*)*$/;

export function writeNote(note: WindowNote): string {
  return [Math.floor(note.warmUntilMs), ...note.largeAuthorIds].join(",");
}

/** Null for what writeNote did not write. */
export function parseNote(text: string): WindowNote | null {
  if (!notePattern.test(text)) return null;
  const [warmUntilMs, ...largeAuthorIds] = text.split(",");
  return { warmUntilMs: Number(warmUntilMs), largeAuthorIds };
}
