// What makes two spellings one: Unicode's NFKC_Casefold, from the tables of the engine (ICU). Promises: full folding ("ß"
// is "ss"), compatibility forms are what they stand for, and what nobody sees does not count.
import { normalFormOf } from "./normal-form.ts";

const ignorable = /\p{Default_Ignorable_Code_Point}/gu;
const cherokee = /\p{Script=Cherokee}/u;

/** The spelling that equal ones share; null for a text that has no normal form (normal-form.ts). */
export function foldText(text: string): string | null {
  const plain = normalFormOf(text, "NFKC")?.replace(ignorable, "") ?? null;
  // Folding may leave marks out of order.
  return plain === null ? null : normalFormOf(Array.from(plain, foldCharacter).join(""), "NFKC");
}

// The capital brings together what has one in common; one character at a time, so that a sigma at the end is any sigma.
// Two places where folding is not that: the dotless i is a letter of its own, and Cherokee folds to its capitals.
function foldCharacter(char: string): string {
  if (char === "ı") return char;
  // The capital "ẞ" has none but itself: small letters come first.
  return cherokee.test(char) ? char.toUpperCase() : char.toLowerCase().toUpperCase().toLowerCase();
}
