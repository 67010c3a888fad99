// The three calls that the CLI makes by argument and not by JSON-RPC: can-connect, create and drop.
import { createDatabase, dropDatabase, openPool, parseConnection } from "./connection.ts";
import { describeServerFailure, type EngineFailure } from "./errors.ts";

/** Runs one command and answers the exit code; a failure is printed to stderr in the CLI's log format. */
export async function runCommand(command: string, databaseUrl: string): Promise<number> {
  const connection = parseConnection(databaseUrl);
  try {
    switch (command) {
      case "can-connect-to-database":
        await checkConnection(databaseUrl);
        return 0;
      case "create-database":
        await createDatabase(connection, connection.database);
        return 0;
      case "drop-database":
        await dropDatabase(connection, connection.database);
        return 0;
      default:
        printFailure({ code: undefined, message: `unknown command ${command}` });
        return 1;
    }
  } catch (error) {
    printFailure(describeServerFailure(error, connection));
    return 1;
  }
}

async function checkConnection(databaseUrl: string): Promise<void> {
  const connection = parseConnection(databaseUrl);
  const pool = openPool(connection, connection.database);
  try {
    await pool.query("select 1");
  } finally {
    await pool.end();
  }
}

// The CLI drops the first line of stderr and parses every other one as JSON, so there must be no other output.
function printFailure({ code, message }: EngineFailure): void {
  const line = { level: "ERROR", target: "schema_engine::logger", fields: { message, error_code: code } };
  process.stderr.write(`schema engine\n${JSON.stringify(line)}`);
}
