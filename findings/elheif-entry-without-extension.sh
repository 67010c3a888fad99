#!/usr/bin/env bash
# elheif 0.1.0, a HEIF encoder in WebAssembly. Its package.json names an ES module as the entry, and that module imports
# './elheif-wasm' without an extension, which bundlers resolve and Node does not: `import "elheif"` ends in
# ERR_MODULE_NOT_FOUND although the file elheif-wasm.js is in the package. Seen on Node 20 and 26. Fails if it can be
# imported, or fails otherwise.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null; npm install --no-audit --no-fund --silent elheif@0.1.0
ls node_modules/elheif/pkg/elheif-wasm.js
said=$(node -e 'import("elheif").then(() => console.log("imported"), ({ code }) => console.log(code))')
echo "$said"
[ "$said" = ERR_MODULE_NOT_FOUND ] || { echo "changed"; exit 1; }
echo "as seen: the entry cannot be imported by Node"
