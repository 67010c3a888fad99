// `pnpm role <handle> <user|moderator|admin>`: gives a person a role; it holds from their next call on.
import { roleView, setRole } from "@pixora/api/domain";
import { createDb } from "@pixora/db";

const usage = `usage: pnpm role <handle> <${roleView.options.join(" | ")}>`;

/** Answers the exit code. */
async function main(): Promise<number> {
  const [handle, word] = process.argv.slice(2);
  const role = roleView.safeParse(word);
  const url = process.env.DATABASE_URL;
  if (handle === undefined || !role.success) return fail(usage, 64);
  if (url === undefined) return fail("DATABASE_URL is not set", 78);
  const db = createDb({ url, maxConnections: 1, applicationName: "pixora-role" });
  try {
    await setRole({ db }, { handle: handle.replace(/^@/, ""), role: role.data });
    console.log(`${handle} is now ${role.data}`);
    return 0;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), 1);
  } finally {
    await db.close();
  }
}

function fail(message: string, code: number): number {
  console.error(message);
  return code;
}

process.exitCode = await main();
