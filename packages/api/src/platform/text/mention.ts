// Mentions (@handle) in a text. Pure: whether such a person exists is asked elsewhere (user.mention.ts).
// Promises: no part of an e-mail address, URL or longer word; a letter with an accent on it is another letter.
import { blankAddresses } from "./scan.ts";

const maxMentions = 20;

// Before: no letter of a cased script, whatever marks it bears (an e-mail address), no "/" (a URL), no second "@"; a
// picture, or a script without case, may stand before it. After: nothing that makes the last letter another one or goes
// on with the word; a script without case may follow at once, as in "@bobさん".
const mention =
  /(?<![\p{N}_@＠/]|\p{LC}\p{M}*)[@＠]([A-Za-z0-9_.]{3,30})(?![A-Za-z0-9_.])(?!\u200D|[\p{LC}\p{Lm}\p{M}\p{N}@＠])/gu;

/**
 * The handles that a text names, in order, each once, at most 20; each with its readings, likeliest first: the dots at
 * the end of "@bob." end a sentence, unless nobody is called `bob`.
 */
export function parseMentions(text: string): string[][] {
  if (!/[@＠]/.test(text)) return [];
  const named = new Map<string, string[]>();
  for (const [, spelling = ""] of blankAddresses(text).matchAll(mention)) {
    const written = spelling.toLowerCase();
    const bare = written.replace(/\.+$/, "");
    const readings = bare === written || bare.length < 3 ? [written] : [bare, written];
    const [first = written] = readings;
    if (!named.has(first)) named.set(first, readings);
    if (named.size === maxMentions) break;
  }
  return [...named.values()];
}
