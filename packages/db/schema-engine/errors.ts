// Failures → what the Prisma CLI shows: a code (P1001 and so on) and a message for people.
import type { Connection } from "./connection.ts";
import { recordOf } from "./json.ts";

export interface EngineFailure {
  /** Undefined for failures that Prisma has no number for. */
  code: string | undefined;
  message: string;
}

/** A failure to connect, to create or to drop, as node and PostgreSQL report it. */
export function describeServerFailure(error: unknown, connection: Connection): EngineFailure {
  const place = `${connection.host}:${connection.port}`;
  const code = recordOf(error).code;
  const message = error instanceof Error ? error.message : String(error);
  switch (code) {
    case "3D000":
      return { code: "P1003", message: `Database \`${connection.database}\` does not exist on the server at ${place}` };
    case "28P01":
    case "28000":
      return { code: "P1000", message: `Authentication failed at ${place}: ${message}` };
    case "42501":
      return { code: "P1010", message: `User was denied access at ${place}: ${message}` };
    case "42P04":
      return { code: "P1009", message: `Database \`${connection.database}\` already exists at ${place}` };
    default:
      return { code: "P1001", message: `Can't reach database server at ${place}: ${message || String(code)}` };
  }
}

/** A failure inside the engine: wasm-bindgen throws objects that carry Prisma's own code where there is one. */
export function describeEngineFailure(error: unknown): EngineFailure {
  const fields = recordOf(error);
  const message = typeof fields.message === "string" ? fields.message : String(error);
  return { code: typeof fields.code === "string" ? fields.code : undefined, message };
}
