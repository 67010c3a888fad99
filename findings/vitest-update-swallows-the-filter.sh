#!/usr/bin/env bash
# vitest 5.1.1. `vitest run -u a` is meant to run the tests of folder a and to renew their snapshots. `-u` now takes an
# optional value (as in `--update=all`), and takes the word behind it: the filter is gone, all test files run, and the
# snapshots of all of them are renewed. No message says so, and the exit code is 0. `vitest run a -u` does what was meant.
# Seen: two files run with `-u a`, one with `a -u`. Fails if either changes.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null; npm install --no-audit --no-fund --silent vitest@5.1.1
mkdir a b
for folder in a b; do
  printf 'import { expect, test } from "vitest";\ntest("one", () => expect(1).toMatchSnapshot());\n' > "$folder/one.test.js"
done
count() {
  npx vitest run --reporter=json --outputFile=report.json "$@" >/dev/null 2>&1
  grep -o '"numTotalTests":[0-9]*' report.json
}
swallowed=$(count -u a); meant=$(count a -u)
echo "-u a: $swallowed; a -u: $meant"
[ "$swallowed" = '"numTotalTests":2' ] && [ "$meant" = '"numTotalTests":1' ] || { echo "changed"; exit 1; }
echo "as seen: the filter behind -u is taken as its value"
