// `node scripts/sql/list.ts [root]`: the collection of a repository as JSON. A process of its own, because a file is
// loaded once a process, and because the places of calls are those of plain Node.
import { fileURLToPath } from "node:url";
import { collectStatements } from "./collect.ts";

const root = process.argv[2] ?? fileURLToPath(new URL("../../", import.meta.url));
process.stdout.write(`${JSON.stringify(await collectStatements({ root }))}\n`);
