// The form in which texts are searched and asked for: folded (fold.ts), and without the marks that people leave out when
// they type. Promises: pure, and free of any locale, so that every database finds the same.
import { foldText } from "./fold.ts";
import { normalFormOf } from "./normal-form.ts";

/** Marks on Latin and Greek letters. Elsewhere a mark makes another letter: the vowels of India, the "が" of Japan. */
const accents = /(?<=[\p{Script=Latin}\p{Script=Greek}])\p{M}+/gu;
/** Vowel and reading marks of Arabic and Hebrew, the stretched line of Arabic, and the dots of "ё". */
const points =
  /[\u0610-\u061A\u0640\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E8\u06EA-\u06ED\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7]|(?<=\u0435)\u0308/g;
const ascii = /^[\0-\x7f]*$/;

/** Letters that are one with others for who has no such key. */
const plainLetters: Readonly<Record<string, string>> = {
  đ: "d",
  ð: "d",
  ħ: "h",
  ı: "i",
  ł: "l",
  ø: "o",
  ŧ: "t",
  þ: "th",
  æ: "ae",
  œ: "oe",
};
const special = new RegExp(`[${Object.keys(plainLetters).join("")}]`, "g");

/** The form of a text that equal searches share. A text that has no normal form is only made small. */
export function searchFormOf(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  const folded = foldText(text) ?? text.toLowerCase();
  const bare = (normalFormOf(folded, "NFD") ?? folded).replace(accents, "").replace(points, "");
  return (normalFormOf(bare) ?? bare).replace(special, (letter) => plainLetters[letter] ?? letter);
}
