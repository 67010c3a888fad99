// How long the compiler takes for a file that calls thirty procedures, against the same file with types written by hand:
// the same inputs and outputs, no client. CPU time, since the machine may have other work; the median of some rounds.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const rounds = 7;
const count = 30;

function readProcedures(folder) {
  const types = readFileSync(join(folder, "node_modules/@pixora/client/dist/api.d.ts"), "utf8");
  const rooms = [...types.matchAll(/export interface (\w+)Procedures \{([\s\S]*?)\n\}/g)];
  const found = rooms.flatMap(([, room, body]) =>
    [...body.matchAll(/^ {2}(\w+): (Query|Mutation)<(\w+)(?: \| void \| undefined)?, (\w+)>;$/gm)].map(
      ([, name, kind, input, output]) => ({ room: room[0].toLowerCase() + room.slice(1), name, kind, input, output }),
    ),
  );
  return found.slice(0, count);
}

const call = ({ room, name, kind }) => `pixora.${room}.${name}.${kind === "Query" ? "query" : "mutate"}`;

/** Both files: the SDK's, and one whose \`pixora\` is an object type written out for these thirty. */
function writeFiles(folder) {
  const procedures = readProcedures(folder);
  if (procedures.length !== count) throw new Error(`only ${procedures.length} procedures were found`);
  const uses = procedures.map(
    (one, index) => `export async function use${index}(input: ${one.input}): Promise<${one.output}> {
  const answer = await ${call(one)}(input);
  return answer;
}`,
  );
  const names = [...new Set(procedures.flatMap(({ input, output }) => [input, output]))].join(", ");
  const body = uses.join("\n");
  writeFileSync(
    join(folder, "src/sdk.ts"),
    `import { createPixora, type ${names.replaceAll(", ", ", type ")} } from "@pixora/client";
const pixora = createPixora({ url: "" });\n${body}\n`,
  );
  const plain = readFileSync(join(folder, "node_modules/@pixora/client/dist/api.d.ts"), "utf8")
    .replace(/^import .*$/m, "")
    .replace(/export interface \w+Procedures[\s\S]*$/, "");
  writeFileSync(join(folder, "src/plain-types.ts"), plain);
  const rooms = Map.groupBy(procedures, ({ room }) => room);
  const shape = [...rooms].map(
    ([room, list]) =>
      `${room}: { ${list.map(({ name, kind, input, output }) => `${name}: { ${kind === "Query" ? "query" : "mutate"}(input: ${input}): Promise<${output}> }`).join("; ")} }`,
  );
  writeFileSync(
    join(folder, "src/plain.ts"),
    `import type { ${names} } from "./plain-types.js";\ndeclare const pixora: { ${shape.join("; ")} };\n${body}\n`,
  );
}

function cpuMs(folder, { compiler, file }) {
  const config = join(folder, "tsconfig.speed.json");
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    module: "nodenext",
    target: "es2022",
    types: [],
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, files: [file] }));
  const bin = join(folder, "..", `typescript-${compiler}`, "node_modules/.bin/tsc");
  const timed = spawnSync("bash", ["-c", `TIMEFORMAT='%U %S'; time node "$0" -p "$1"`, bin, config], {
    encoding: "utf8",
  });
  if (timed.status !== 0) throw new Error(timed.stdout);
  const [user, system] = timed.stderr.trim().split("\n").at(-1).split(" ").map(Number);
  return (user + system) * 1_000;
}

/** Milliseconds of CPU of both, and their ratio. */
export function measureSpeed({ folder, compiler }) {
  writeFiles(folder);
  const sdk = [];
  const plain = [];
  for (let round = 0; round < rounds; round += 1) {
    plain.push(cpuMs(folder, { compiler, file: "src/plain.ts" }));
    sdk.push(cpuMs(folder, { compiler, file: "src/sdk.ts" }));
  }
  const median = (list) => list.toSorted((one, other) => one - other)[Math.floor(list.length / 2)];
  return { sdkMs: median(sdk), plainMs: median(plain), ratio: median(sdk) / median(plain) };
}
