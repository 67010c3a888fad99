// Fails when README.md or a page under docs names a file of this repository that does not exist, or links to one, and when
// the drawing of the rooms is not the one that scripts/checks/rooms.mjs makes (`npm run docs -- --write` draws it anew):
// docs that lie about the map are worse than none.
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { drawRooms } from "./rooms.mjs";

const TOP_FOLDERS = ["packages", "apps", "prisma", "scripts", "docs", "bench", ".ci"];
const EXTENSIONS = /\.(ts|tsx|mjs|cjs|js|json|md|prisma|sql|ya?ml|sh)$/;
/** Made by commands, absent in a fresh clone. */
const MADE = /^(node_modules|\.pixora|dist|coverage)(\/|$)|(^|\/)generated(\/|$)|^\.env$/;

function stripFences(text) {
  return text.replace(/^(```|~~~)[\s\S]*?^\1/gm, (block) => block.replace(/[^\n]/g, ""));
}

/** Texts of a page that name a path: { path, line, isLink }. */
export function listNamedPaths(text) {
  const named = [];
  stripFences(text)
    .split("\n")
    .forEach((content, index) => {
      for (const [, target] of content.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)) {
        if (!/^([a-z][a-z0-9+.-]*:|#|\/\/)/i.test(target))
          named.push({ path: target.replace(/[#?].*$/, ""), line: index + 1, isLink: true });
      }
      for (const [, code] of content.matchAll(/`([^`]+)`/g)) {
        // Commands and code hold spaces, placeholders hold these signs: only a bare path is one.
        for (const word of code.split(/\s+/)) {
          const path = word
            .replace(/[,;.]+$/, "")
            .replace(/:\d+(:\d+)?$/, "")
            .replace(/^\.\//, "");
          if (looksLikePath(path)) named.push({ path, line: index + 1, isLink: false });
        }
      }
    });
  return named;
}

function looksLikePath(word) {
  if (/[<>*{}()$"'=@…|\\]/.test(word) || /^[a-z][a-z0-9+.-]*:/i.test(word) || word.startsWith("/")) return false;
  if (!word.includes("/") || MADE.test(word)) return false;
  return TOP_FOLDERS.includes(word.split("/")[0]) || EXTENSIONS.test(word);
}

/** A link starts at its page; a path in backticks at the root, at its page, or, as rooms are written, inside api's src. */
function doesExist({ root, page, path, isLink }) {
  if (MADE.test(path)) return true;
  const starts = isLink
    ? [dirname(join(root, page))]
    : [root, dirname(join(root, page)), join(root, "packages/api/src"), join(root, "packages")];
  return starts.some((start) => existsSync(join(start, path)));
}

const DRAWING = /(<!-- rooms -->\n+```\n)[\s\S]*?(\n```\n+<!-- \/rooms -->)/;
const DRAWN_PAGE = "docs/ARCHITECTURE.md";

/** The page that shows the rooms, with the drawing as it should be; null where there is no such page. */
function drawPage(root) {
  const page = join(root, DRAWN_PAGE);
  if (!existsSync(page)) return null;
  const text = readFileSync(page, "utf8");
  const drawing = drawRooms({ exists: (room) => existsSync(join(root, "packages/api/src", room)) });
  return { page, text, wanted: text.replace(DRAWING, (_, before, after) => `${before}${drawing}${after}`) };
}

/** Gives { pageCount, pathCount, problems: ["docs/A.md:3 names x/y.ts, which does not exist"] }. */
export function checkDocs({ root }) {
  const pages = ["README.md", ...globSync("docs/**/*.md", { cwd: root }).sort()].filter((page) =>
    existsSync(join(root, page)),
  );
  const problems = [];
  let pathCount = 0;
  for (const page of pages) {
    for (const { path, line, isLink } of listNamedPaths(readFileSync(join(root, page), "utf8"))) {
      pathCount += 1;
      if (!doesExist({ root, page, path, isLink })) {
        problems.push(`${page}:${line} ${isLink ? "links to" : "names"} ${path}, which does not exist`);
      }
    }
  }
  const drawn = drawPage(root);
  if (drawn !== null && !DRAWING.test(drawn.text)) problems.push(`${DRAWN_PAGE} has no place for the drawing of rooms`);
  if (drawn !== null && drawn.text !== drawn.wanted) problems.push(`${DRAWN_PAGE} draws other rooms than there are`);
  return { pageCount: pages.length, pathCount, problems };
}

function main() {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  if (process.argv.includes("--write")) {
    const drawn = drawPage(root);
    if (drawn !== null) writeFileSync(drawn.page, drawn.wanted);
  }
  const { pageCount, pathCount, problems } = checkDocs({ root });
  for (const problem of problems) process.stdout.write(`  ${problem}\n`);
  process.stdout.write(`docs: ${pageCount} pages, ${pathCount} paths, ${problems.length} wrong\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
