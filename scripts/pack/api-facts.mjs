// What is packed of the API's shape: the stored reference, and the codes of the one table of errors.
import { readFileSync } from "node:fs";

const reference = new URL("../../packages/api/src/http/reference/openapi.json", import.meta.url);
const errorTable = new URL("../../packages/api/src/platform/call/errors.ts", import.meta.url);

/** The OpenAPI document; a test of the API keeps it true. */
export function readReference() {
  return JSON.parse(readFileSync(reference, "utf8"));
}

/** Every code, those that no procedure names included. */
export function readErrorCodes() {
  const text = readFileSync(errorTable, "utf8");
  const table = text.slice(text.indexOf("const table"), text.indexOf("} as const"));
  const codes = [...table.matchAll(/^ {2}"?([\w.]+)"?: \[/gm)].map(([, code]) => code);
  if (!codes.includes("input.invalid")) throw new Error("the table of error codes was not found");
  return codes;
}
