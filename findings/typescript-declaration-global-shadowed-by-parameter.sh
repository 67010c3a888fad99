#!/usr/bin/env bash
# TypeScript 7.0.2. A function takes `input: { fetch: typeof fetch }`, meaning the global, and its body destructures
# `const { fetch } = input`. Plain checking accepts it. With --declaration it is refused with TS4078: the parameter is said
# to use a private name 'fetch'. The parameter's type stands outside of the body, so the body's variable is no part of it.
# Seen: exit code 0 without --declaration, and error TS4078 with it. Fails if either changes.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null; npm install --no-audit --no-fund --silent typescript@7.0.2
cat > index.ts <<'TS'
export function open(input: { fetch: typeof fetch }) {
  const { fetch } = input;
  return () => fetch("https://example.org/");
}
TS
options=(--ignoreConfig --strict --target es2022 --module esnext --moduleResolution bundler --lib es2022,dom --types "" --outDir out index.ts)
npx tsc "${options[@]}" --noEmit || { echo "changed: plain checking refuses it"; exit 1; }
if output=$(npx tsc "${options[@]}" --declaration 2>&1); then echo "changed: declarations are written"; exit 1; fi
echo "$output"
grep -q "TS4078" <<<"$output" || { echo "changed: another error"; exit 1; }
echo "as seen: accepted, but not with --declaration"
