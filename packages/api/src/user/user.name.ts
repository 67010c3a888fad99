// Display names: free text, save for characters that are there to deceive: invisible ones, and those that turn the
// direction of what follows. Emoji sequences and scripts that need joiners keep them.
import { textInput } from "../platform/text/text.ts";

const scriptsWithJoiners = [
  "Arabic",
  "Bengali",
  "Devanagari",
  "Gujarati",
  "Gurmukhi",
  "Kannada",
  "Khmer",
  "Malayalam",
  "Mongolian",
  "Oriya",
  "Sinhala",
  "Syriac",
  "Tamil",
  "Telugu",
]
  .map((script) => `\\p{Script_Extensions=${script}}`)
  .join("");

/** Joiners and tags where they belong: inside an emoji sequence, a subdivision flag, or between joining letters. */
const rightfulSequences = new RegExp(
  [
    "(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})",
    "(?<=\\u{1F3F4})[\\u{E0020}-\\u{E007E}]+\\u{E007F}",
    // Selectors: of the look of a picture, and of the form of a Chinese character.
    "(?<=[\\p{Emoji}\\p{Extended_Pictographic}])[\\uFE0E\\uFE0F]",
    "(?<=\\p{Script=Han})[\\uFE00-\\uFE02\\u{E0100}-\\u{E01EF}]",
    `(?<=[${scriptsWithJoiners}])[\\u200C\\u200D](?=[${scriptsWithJoiners}])`,
  ].join("|"),
  "gu",
);

/** Format characters (bidi, soft hyphen, tags), all that Unicode says may be ignored, and two blanks that count as signs. */
const deceivingCharacter = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]/u;

/** Whether a text holds characters that nobody sees or that reorder others. */
export function hasDeceivingCharacters(text: string): boolean {
  return deceivingCharacter.test(text.replace(rightfulSequences, ""));
}

/** A name of 1 to 50 graphemes on one line. */
export const displayNameInput = textInput({ min: 1, max: 50, isSingleLine: true }).refine(
  (name) => !hasDeceivingCharacters(name),
  "Contains invisible or direction-changing characters",
);
