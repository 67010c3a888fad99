// The turbo task "generate": makes the Prisma client, with the stamp by which every other command knows that it is current.
import { generateClient } from "../services/prisma.mjs";
import { makeLog } from "../services/progress.mjs";

await generateClient({ log: makeLog(), isForced: true });
