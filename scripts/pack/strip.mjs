// Copies modules, and all that they lead to, as plain JavaScript: Node reads no TypeScript inside node_modules. Types are
// blanked out by Node itself, so every line stays where it was. Answers the packages that the copies need.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { findPackageJSON, stripTypeScriptTypes } from "node:module";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";

const specifiers =
  /(?:\bfrom\s+|\bimport\s+|\bimport\(\s*|\brequire\(\s*|\.resolve\(\s*|\bnew URL\(\s*)["']((?:\.\.?|@?[a-z])[\w./:@-]*)["']/g;

/** `workspace` gives the file behind the name of a package of this repository. Answers a Map: package → a file that needs it. */
export function copyModules({ root, target, entries, workspace }) {
  const waiting = entries.map((entry) => join(root, entry));
  const seen = new Set();
  const needed = new Map();
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const source = readFileSync(file, "utf8");
    let code = file.endsWith(".ts") ? stripTypeScriptTypes(source) : source;
    for (const [name, path] of Object.entries(workspace)) {
      const from = relative(dirname(file), join(root, path));
      code = code.replaceAll(`"${name}"`, `"${from.startsWith(".") ? from : `./${from}`}"`);
    }
    for (const [, specifier] of code.matchAll(specifiers)) {
      if (/^\..*\.(ts|mjs|js|json)$/.test(specifier)) waiting.push(join(dirname(file), specifier));
      else if (isDeclared(packageOf(specifier), file)) needed.set(packageOf(specifier), file);
    }
    const copy = join(target, relative(root, file).replace(/\.ts$/, ".js"));
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, code.replaceAll(/(["'])(\.[^"'\n]*)\.ts\1/g, "$1$2.js$1").replaceAll(/[ \t]+$/gm, ""));
  }
  return needed;
}

/** Whether the package.json above the file names it: sentences in strings and comments look like imports, too. */
function isDeclared(name, file) {
  const manifest = findPackageJSON(".", pathToFileURL(file));
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync(manifest, "utf8"));
  return Object.hasOwn({ ...dependencies, ...devDependencies, ...optionalDependencies }, name);
}

function packageOf(specifier) {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}
