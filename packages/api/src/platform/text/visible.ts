// What people can see of a text, by Unicode's own properties. Promises: one rule of "something to see" and one of "a single
// line" for every text; no list of characters that a new version of Unicode would make incomplete.

// Letters, numbers, punctuation, symbols (pictures among them), private characters; of these, what Unicode says may be ignored shows nothing, nor do the blank of Braille and the empty note head.
const visible = /[[\p{L}\p{N}\p{P}\p{S}\p{Co}]--[\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]]/v;

/** Whether a text holds something to see: a mark, a blank and a joiner alone show nothing. */
export function hasSomethingToSee(text: string): boolean {
  return visible.test(text);
}

/** Several blanks in a row, of whatever width, as one. A single one stays as wide as it is. */
export function collapseBlanks(text: string): string {
  return text.replace(/\p{Zs}{2,}/gu, " ");
}
