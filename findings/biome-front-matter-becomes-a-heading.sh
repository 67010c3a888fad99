#!/usr/bin/env bash
# Biome 2.6.8. `biome check --write` formats Markdown, but knows no YAML front matter: it reads the line before the closing
# `---` as a setext heading and writes it as `## …`, so that what follows the first `---` is no front matter any more.
# Changesets, Jekyll, Docusaurus and others then read the file as one without its head.
# Seen: the line `"left": minor` becomes `## "left": minor`. Fails if that changes.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null; npm install --no-audit --no-fund --silent @biomejs/biome@2.6.8
printf -- '---\n"left": minor\n---\n\nIt turns left, too.\n' > change.md
npx biome check --write change.md >/dev/null 2>&1 || true
cat change.md
grep -qx '## "left": minor' change.md || { echo "changed: the front matter is not a heading"; exit 1; }
echo "as seen: front matter was rewritten into a heading"
