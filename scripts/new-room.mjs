// `npm run new:room -- poll`: a room with a table, a migration, four procedures and a test, which compiles and runs. It is a
// start in the style of the house: a thing that its owner makes, reads and deletes. Runs on Node 20.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { roomOrder } from "./checks/rooms.mjs";
import { listRoomFiles } from "./new-room.files.mjs";

const api = "packages/api/src";

function refuse(reason) {
  process.stderr.write(`${reason}\nusage: npm run new:room -- <noun>   (singular, as in "poll" or "guestList")\n`);
  process.exit(64);
}

/** Puts a text before or behind the first place that `anchor` matches. Throws where there is none: the file has changed. */
function insert(root, path, { anchor, text, isBefore = true }) {
  const before = readFileSync(join(root, path), "utf8");
  const match = anchor.exec(before);
  if (match === null)
    throw new Error(`${path} has no place for the new room any more: scripts/new-room.mjs is outdated`);
  const at = isBefore ? match.index : match.index + match[0].length;
  writeFileSync(join(root, path), `${before.slice(0, at)}${text}${before.slice(at)}`);
}

function nextMigration(root) {
  const numbers = readdirSync(join(root, "prisma/migrations")).flatMap((name) => /^(\d{4})_/.exec(name)?.[1] ?? []);
  return String(Math.max(...numbers.map(Number)) + 1).padStart(4, "0");
}

function writeSummaries({ noun, words }) {
  return `
  ${noun}: {
    create: "Makes a ${words}",
    delete: "Deletes a ${words} of the caller's",
    byId: "A ${words} of the caller's",
    list: "What the caller has made, newest first",
  },`;
}

function addNames(root, { noun, table }) {
  const path = join(root, `${api}/root.names.json`);
  const names = JSON.parse(readFileSync(path, "utf8"));
  const procedures = [`mutation ${noun}.create`, `mutation ${noun}.delete`, `query ${noun}.byId`, `query ${noun}.list`];
  names.procedures = [...names.procedures, ...procedures].sort();
  names.tables = [...names.tables, table].sort();
  writeFileSync(path, `${JSON.stringify(names, null, 2)}\n`);
}

/** Makes the room in the repository at `root`. Gives the paths of its files. Throws where one of that name stands. */
export function makeRoom({ root, noun }) {
  const pascal = noun[0].toUpperCase() + noun.slice(1);
  const snake = noun.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const names = { noun, pascal, table: `${snake}s`, words: snake.replace(/_/g, " "), migration: nextMigration(root) };
  const { tables } = JSON.parse(readFileSync(join(root, `${api}/root.names.json`), "utf8"));
  if (existsSync(join(root, api, noun))) throw new Error(`A folder ${noun} exists already.`);
  if (tables.includes(names.table)) throw new Error(`A table ${names.table} exists already.`);
  const files = listRoomFiles(names);
  for (const path of Object.keys(files)) if (existsSync(join(root, path))) throw new Error(`${path} exists already.`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  insert(root, "prisma/models/user.prisma", {
    anchor: /\n\n {2}@@/,
    text: `\n  ${noun}s ${pascal}[]`,
  });
  insert(root, `${api}/platform/call/errors.ts`, {
    anchor: / {2}"idempotency\.reused"/,
    text: `  "${noun}.notFound": ["NOT_FOUND", "No such ${names.words}"],\n`,
  });
  insert(root, `${api}/root.ts`, {
    anchor: /import \{ router \}/,
    text: `import { ${noun}Router } from "./${noun}/${noun}.router.ts";\n`,
  });
  insert(root, `${api}/root.ts`, { anchor: /\n\}\);/, text: `\n  ${noun}: ${noun}Router,` });
  if (!roomOrder.includes(noun)) {
    insert(root, "scripts/checks/rooms.mjs", { anchor: /\n {6}"live",/, text: `\n      "${noun}",` });
  }
  const reference = `${api}/http/reference`;
  insert(root, `${reference}/names.ts`, {
    anchor: /import \* as push/,
    text: `import * as ${noun} from "../../${noun}/${noun}.schema.ts";\n`,
  });
  insert(root, `${reference}/names.ts`, { anchor: /\n\] as const/, text: `\n  ${noun},` });
  insert(root, `${reference}/summaries.ts`, { anchor: /\n\};/, text: writeSummaries(names) });
  addNames(root, names);
  return Object.keys(files);
}

function main() {
  const root = fileURLToPath(new URL("../", import.meta.url));
  const [noun, ...rest] = process.argv.slice(2);
  if (noun === undefined || rest.length > 0) refuse("Name one room.");
  if (!/^[a-z]{2,30}([A-Z][a-z]+)*$/.test(noun)) refuse(`"${noun}" is no noun in camel case.`);
  let made;
  try {
    made = makeRoom({ root, noun });
  } catch (error) {
    refuse(error.message);
  }
  const biome = join(root, "node_modules/.bin/biome");
  if (existsSync(biome))
    execFileSync(
      biome,
      [
        "check",
        "--write",
        ...made.filter((path) => path.endsWith(".ts")),
        `${api}/root.ts`,
        `${api}/root.names.json`,
        `${api}/http/reference`,
      ],
      { cwd: root, stdio: "ignore" },
    );
  execFileSync(process.execPath, [join(root, "scripts/checks/docs.mjs"), "--write"], { cwd: root, stdio: "ignore" });
  // The types of its table.
  execFileSync(process.execPath, [join(root, "scripts/run.mjs"), "generate"], { cwd: root, stdio: "inherit" });
  process.stdout.write(`Made:\n${made.map((path) => `  ${path}\n`).join("")}
Its test alone:   npx vitest run ${api}/${noun}
What is left to you (CONTRIBUTING.md, "What a change brings"):
  npx vitest run ${api}/http/reference --update=all   the stored copy of the reference
  ${api}/testing/matrix       a row for each procedure: who gets what
  ${api}/platform/limit/limits.ts   budgets
  ${api}/account/account.export.sections.ts   the section of a person's archive
  ${api}/purge                its step, where more hangs on it than a foreign key takes along
  prisma/migrations           edit the new migration until it is released; \`npm test\` compares it with the model
`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
