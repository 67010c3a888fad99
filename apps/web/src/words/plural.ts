// Numbers in words: plurals by the language's own rule.
const rules = new Intl.PluralRules("en");
const exact = new Intl.NumberFormat("en");

/** "1 like", "3 likes". */
export function plural(count: number, one: string, other: string): string {
  return `${exact.format(count)} ${rules.select(count) === "one" ? one : other}`;
}
