// The few bytes that stand for a picture until it is there, as something a browser can show.
import { thumbHashToDataURL } from "thumbhash";

const made = new Map<string, string>();
const maxKept = 500;

/** A data URL of a placeholder; the empty text for one that is none. */
export function urlOfPlaceholder(placeholder: string): string {
  const kept = made.get(placeholder);
  if (kept !== undefined) return kept;
  if (made.size >= maxKept) made.clear();
  let url = "";
  try {
    url = thumbHashToDataURL(Uint8Array.from(atob(placeholder), (letter) => letter.charCodeAt(0)));
  } catch {
    // A picture without a placeholder stands on plain ground.
  }
  made.set(placeholder, url);
  return url;
}
