// Reads the command line with which the Prisma CLI starts a schema engine.
// Flags that mean nothing here (--enabled-preview-features, --extension-types) are skipped with their value.
import { isRecord } from "./json.ts";

export interface EngineArgs {
  /** Empty when the CLI gave none: `diff` between two schema files needs no database. */
  databaseUrl: string;
  schemaPaths: string[];
  /** `can-connect-to-database` and friends; undefined means: speak JSON-RPC. */
  command: string | undefined;
}

export function parseArgs(argv: readonly string[]): EngineArgs {
  const args: EngineArgs = { databaseUrl: "", schemaPaths: [], command: undefined };
  for (let i = 0; i < argv.length; i++) {
    const flag = argv[i];
    if (flag === "cli") {
      args.command = argv[i + 1] ?? "";
      break;
    }
    const value = argv[++i] ?? "";
    if (flag === "--datasource") args.databaseUrl = urlOf(value);
    if (flag === "--datamodels") args.schemaPaths.push(value);
  }
  return args;
}

function urlOf(datasource: string): string {
  const parsed: unknown = JSON.parse(datasource);
  return isRecord(parsed) && typeof parsed.url === "string" ? parsed.url : "";
}
