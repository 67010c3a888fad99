// Preloaded by the tests into the CLI and the engine: a connection or a name lookup that is not for the
// database is written to a file and refused. Proof that migrations need no network beyond the database.
import { appendFileSync } from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import type { NetConnectOpts } from "node:net";

const { GUARD_ALLOWED_PORT = "", GUARD_REPORT_FILE = "" } = process.env;
const allowedHosts = new Set(["127.0.0.1", "localhost", "::1"]);
const load = createRequire(import.meta.url);
const net: typeof import("node:net") = load("node:net");
const dns: typeof import("node:dns") = load("node:dns");

function refuse(target: string): never {
  appendFileSync(GUARD_REPORT_FILE, `${target}\n`);
  throw new Error(`the network guard refused ${target}`);
}

const connect = net.Socket.prototype.connect;
Object.defineProperty(net.Socket.prototype, "connect", {
  value: function guardedConnect(this: InstanceType<typeof net.Socket>, ...args: unknown[]) {
    const { host, port } = readTarget(args);
    if (!allowedHosts.has(host) || port !== GUARD_ALLOWED_PORT) refuse(`${host}:${port}`);
    return Reflect.apply(connect, this, args);
  },
});

const lookup = dns.lookup;
Object.defineProperty(dns, "lookup", {
  value: function guardedLookup(...args: unknown[]) {
    if (!allowedHosts.has(String(args[0]))) refuse(`lookup of ${String(args[0])}`);
    return Reflect.apply(lookup, dns, args);
  },
});
syncBuiltinESMExports();

// net.connect hands over its normalized arguments as one array; callers of the method give them loose.
function readTarget(args: unknown[]): { host: string; port: string } {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first !== "object" || first === null) {
    return { host: typeof second === "string" ? second : "localhost", port: String(first) };
  }
  const options: Partial<Extract<NetConnectOpts, { port: number }>> = first;
  return { host: options.host ?? "localhost", port: String(options.port ?? "") };
}
