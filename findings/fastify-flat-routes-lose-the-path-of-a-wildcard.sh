#!/usr/bin/env bash
# fastify 5.12.8. `printRoutes({ commonPrefix: false })` is to list each route with its whole path. A route that ends in a
# wildcard stands there as "*" alone: "/files/*" has lost "/files/", and two such routes are one line,
# while the tree of `printRoutes()` and `hasRoute` know both. A table of routes made from the flat list lacks them.
# Seen: the flat list has "/a" and "*", and no "/files/"; the tree has "files/". Fails if that changes.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null; npm install --no-audit --no-fund --silent fastify@5.12.8
cat > routes.mjs <<'JS'
import { fastify } from "fastify";
const app = fastify();
for (const url of ["/a", "/files/*", "/media/*"]) app.get(url, async () => url);
await app.ready();
const flat = app.printRoutes({ commonPrefix: false });
console.log(flat);
console.log(JSON.stringify({
  flatHasPlain: flat.includes("/a "),
  flatHasWildcards: flat.includes("/files/") || flat.includes("/media/"),
  treeHasWildcards: app.printRoutes().includes("files/"),
  isThere: app.hasRoute({ method: "GET", url: "/files/*" }) && app.hasRoute({ method: "GET", url: "/media/*" }),
}));
JS
seen=$(node routes.mjs)
echo "$seen"
wanted='{"flatHasPlain":true,"flatHasWildcards":false,"treeHasWildcards":true,"isThere":true}'
[ "$(tail -n 1 <<< "$seen")" = "$wanted" ] || { echo "changed"; exit 1; }
echo "as seen: the flat list has lost the paths in front of wildcards"
