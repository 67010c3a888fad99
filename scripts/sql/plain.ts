// Tells which statements say no more than Prisma could: one table, by key, and nothing that needs SQL. It reads words, not
// a syntax tree: what it does not understand passes for real SQL.

/** Words and signs of which one is enough: locks, sets, joins, subqueries, CTEs, computed values. */
const needsSql = [
  /\b(with|join|lateral|union|intersect|except|exists|over|case|distinct|group|having|using|interval|for|any|all|array|at)\b/,
  /\(\s*select\b/,
  // A comparison of rows, operators on JSON, arrays and text, arithmetic.
  /\)\s*(<|>|=)|->|\|\||@>|<@|&&|[^\s(]\s+[-+/]\s+\S|\b(ctid|xmax)\b/,
  // A second table, and an upsert that writes under a condition.
  /^update .* from |\bdo update .* where\b/,
  // A cast of a column; one of a parameter only names its type.
  /(?<!\$\d+|\?)::/,
];
/** Words before a parenthesis that call no function. */
const noFunction = new Set(["and", "or", "not", "in", "values", "where", "on", "conflict", "set", "returning", "now"]);

/** Whether Prisma could say a statement: it reads or writes rows of one table, found by values that columns equal. */
export function isPlain(text: string): boolean {
  const words = text
    .replace(/'(?:[^']|'')*'/g, "?")
    .replace(/\s+/g, " ")
    .trim();
  const lower = words.toLowerCase();
  if (needsSql.some((sign) => sign.test(lower)) || callsFunction(lower)) return false;
  if (/^insert into \S+ \([^)]*\) values \(/.test(lower)) return true;
  const isOfOneTable = /^select .+ from \S+( (as )?[a-z]\w*)? where|^update \S+( [a-z]\w*)? set|^delete from/.test(
    lower,
  );
  return isOfOneTable && /\bwhere\b.*[\w."]+ = (\$\d+|\?|\d)/.test(lower);
}

function callsFunction(words: string): boolean {
  const withoutColumnLists = words.replace(/^insert into \S+ \(/, "insert values (");
  return [...withoutColumnLists.matchAll(/([a-z_][\w.]*)\s*\(/g)].some(([, name = ""]) => !noFunction.has(name));
}
