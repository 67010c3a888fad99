// A Prisma schema engine in TypeScript: same command line and JSON-RPC as the native one, which
// the Prisma CLI would download. Drives the wasm build of the engine over node-postgres.
import { createAdapterFactory } from "./adapter.ts";
import { parseArgs } from "./argv.ts";
import { runCommand } from "./commands.ts";
import { parseConnection } from "./connection.ts";
import { serveRpc } from "./rpc.ts";

const args = parseArgs(process.argv.slice(2));

if (args.command !== undefined) {
  process.exitCode = await runCommand(args.command, args.databaseUrl);
} else {
  const factory = createAdapterFactory(() => parseConnection(args.databaseUrl));
  // The CLI ends stdin and sends SIGTERM at once; an interrupted run must not leave a shadow database.
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => factory.abort().finally(() => process.exit(0)));
  }
  // A CLI that was killed closes stdin in the middle of a request. Work on a shadow database is then stopped;
  // a migration of the main one goes on to its end, or it would stay recorded as failed. Nobody reads the answer.
  process.stdin.once("end", () => factory.abort());
  process.stdout.on("error", () => {});
  await serveRpc({ factory, args });
  await factory.close();
  process.exit(0);
}
