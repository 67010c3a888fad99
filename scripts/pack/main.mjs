// Packs what is installed elsewhere: the SDK and the test kit. `npm run pack [folder]` prints the tarballs' paths.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const target = resolve(process.argv[2] ?? fileURLToPath(new URL("../../.pixora/packed", import.meta.url)));
mkdirSync(target, { recursive: true });
for (const script of ["client.mjs", "kit.mjs"]) {
  const file = fileURLToPath(new URL(script, import.meta.url));
  execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", file, target], { stdio: "inherit" });
}
