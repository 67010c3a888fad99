// Numbers in words: plurals by the language's own rule.
const rules = new Intl.PluralRules("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const exact = new Intl.NumberFormat("en");

/** "1 like", "3 likes". */
export function plural(count: number, one: string, other: string): string {
  return `${exact.format(count)} ${rules.select(count) === "one" ? one : other}`;
}

/** "1.2K". */
export function shortCount(count: number): string {
  return compact.format(count);
}

/** "Ann", "Ann and Bo", "Ann, Bo and 4 others". */
export function namesOf(names: readonly string[], total: number): string {
  const rest = total - names.length;
  const [first = "", second] = names;
  if (rest > 0) return `${names.join(", ")} and ${plural(rest, "other", "others")}`;
  if (names.length > 2) return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  return second === undefined ? first : `${first} and ${second}`;
}
