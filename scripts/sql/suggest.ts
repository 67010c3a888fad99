// What somebody may have meant who named a thing that there is not.

const shown = 5;

/** The likest of `names`, likest first: those that hold a part of the word, or else differ from it in few letters. */
export function suggestNames(names: readonly string[], word: string): string[] {
  const wanted = word.toLowerCase();
  const [, verbNoun = wanted] = wanted.split(".");
  return names
    .map((name) => ({ name, distance: distanceOf(name.toLowerCase(), { wanted, verbNoun }) }))
    .filter(({ name, distance }) => distance <= Math.max(3, name.length / 3))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, shown)
    .map(({ name }) => name);
}

function distanceOf(name: string, { wanted, verbNoun }: { wanted: string; verbNoun: string }): number {
  if (name.includes(wanted)) return 0;
  if (verbNoun !== "" && name.includes(verbNoun)) return 1;
  return editDistance(name, wanted);
}

/** How many letters have to be put, taken or changed (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
