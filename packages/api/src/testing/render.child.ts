// A process of its own that renders the files of a folder, one after the other, and says what became of each and how
// much memory it took: so that a crash is an exit code, and growth is not the test's.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { renderPicture } from "../media/render/render.ts";

const [folder = ""] = process.argv.slice(2);
const outcomes: Record<string, string> = {};
const startBytes = process.memoryUsage().rss;

for (const file of (await readdir(folder)).toSorted()) {
  const bytes = await readFile(join(folder, file));
  outcomes[file] = await renderPicture(bytes, { purpose: "post", isHeicTaken: true }).then(
    () => "ready",
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

const grownBytes = process.resourceUsage().maxRSS * 1_024 - startBytes;
process.stdout.write(JSON.stringify({ outcomes, grownBytes }));
