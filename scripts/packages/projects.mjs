// Empty projects of the kinds that teams have, each with the packed SDK: what they install, and how they are compiled.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { react, right, wrong } from "./code.mjs";

export const compilers = { 5.9: "5.9.3", "6.0": "6.0.3", "7.0": "7.0.2" };

const strict = { strict: true, noEmit: true, skipLibCheck: false };
const bundled = { ...strict, module: "esnext", moduleResolution: "bundler", jsx: "react-jsx", isolatedModules: true };

export const projects = {
  vite: {
    packages: [
      "vite@8.4.0",
      "react@19.3.1",
      "react-dom@19.3.1",
      "@types/react@19.3.3",
      "@tanstack/react-query@5.108.4",
    ],
    compilerOptions: { ...bundled, target: "es2022", types: [] },
    files: {
      "index.html": '<!doctype html><div id="root"></div><script type="module" src="/src/main.ts"></script>',
      "src/main.ts":
        'import { App } from "./react.ts";\nimport { use } from "./right.ts";\nexport { App, use };\nvoid use;',
    },
    options: { allowImportingTsExtensions: true },
    build: ["vite", "build", "--logLevel", "error"],
  },
  next: {
    packages: [
      "next@16.4.6",
      "react@19.3.1",
      "react-dom@19.3.1",
      "@types/react@19.3.3",
      "@tanstack/react-query@5.108.4",
      "@types/node@26.6.6",
    ],
    compilerOptions: { ...bundled, target: "es2017", lib: ["dom", "dom.iterable", "esnext"], types: ["node"] },
    files: {
      "app/layout.tsx":
        'export default function Layout({ children }: { children: React.ReactNode }) {\n  return <html lang="en"><body>{children}</body></html>;\n}',
      "app/page.tsx":
        'import { createPixora } from "@pixora/client";\n\nexport default function Page() {\n  return <p>{typeof createPixora}</p>;\n}',
    },
    options: {},
    build: null,
  },
  vitest: {
    packages: [
      "vitest@5.1.1",
      "@types/node@26.6.6",
      "react@19.3.1",
      "@types/react@19.3.3",
      "@tanstack/react-query@5.108.4",
    ],
    compilerOptions: { ...strict, module: "nodenext", target: "es2022", types: ["node"] },
    files: {},
    options: {},
    build: null,
  },
};

/** npm, quietly, in a folder. */
export function install(folder, packages) {
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--no-save", ...packages], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** What the compiler says; "" for nothing. */
export function compile(folder, { compiler, config }) {
  const file = join(folder, "tsconfig.try.json");
  writeFileSync(file, JSON.stringify(config));
  const bin = join(folder, "..", `typescript-${compiler}`, "node_modules/.bin/tsc");
  const { stdout, status } = spawnSync(bin, ["-p", file], { cwd: folder, encoding: "utf8" });
  return status === 0 ? "" : stdout || "the compiler failed";
}

function write(folder, files) {
  for (const [name, code] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), code);
  }
}

/** Makes the project and tries it with every compiler. Answers the sentences of what went wrong. */
export function tryProject({ folder, name, tarball, log }) {
  const { packages, compilerOptions, options, files, build } = projects[name];
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  install(folder, [...packages, tarball]);
  const names = Object.keys(wrong).map((_, index) => `src/wrong${index}.ts`);
  write(folder, { "src/right.ts": right, "src/react.ts": react, ...files });
  write(folder, Object.fromEntries(names.map((file, index) => [file, Object.values(wrong)[index]])));
  const failures = [];
  for (const compiler of Object.keys(compilers)) {
    const config = { compilerOptions: { ...compilerOptions, ...options } };
    const sources = ["src/right.ts", "src/react.ts", ...Object.keys(files).filter((file) => /\.tsx?$/.test(file))];
    const said = compile(folder, { compiler, config: { ...config, files: sources } });
    if (said !== "") failures.push(`${name}, TypeScript ${compiler}: right code does not compile:\n${said}`);
    const refused = compile(folder, { compiler, config: { ...config, files: names } });
    for (const [index, what] of Object.keys(wrong).entries()) {
      if (!refused.includes(`wrong${index}.ts`)) failures.push(`${name}, TypeScript ${compiler}: ${what} compiles`);
    }
    log(`${name}, TypeScript ${compiler}: ${failures.length === 0 ? "as it should be" : "NOT as it should be"}`);
  }
  if (build !== null) execFileSync("npx", build, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  return failures;
}

/** Resolution that knows no \`exports\`: main, types and the doors as folders. */
export function tryOldResolution({ folder }) {
  const compilerOptions = {
    ...strict,
    module: "commonjs",
    moduleResolution: "node10",
    target: "es2022",
    lib: ["es2023", "dom"],
    types: [],
  };
  const config = { compilerOptions, files: ["src/right.ts", "src/react.ts"] };
  const said = compile(folder, { compiler: "5.9", config });
  return said === "" ? [] : [`moduleResolution node10:\n${said}`];
}
