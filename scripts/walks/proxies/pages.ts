// The configurations of docs/PROXIES.md as they stand there, with the ports of a walk and without certificates.
import { readFileSync } from "node:fs";

const page = readFileSync(new URL("../../../docs/PROXIES.md", import.meta.url), "utf8");

export interface Place {
  /** Where the proxy listens. */
  port: number;
  /** Where the server does. */
  serverPort: number;
}

/** The block of one proxy; throws where the page has none, or one that names no server. */
export function readConfig(name: string, place: Place, replaced: readonly (readonly [RegExp, string])[] = []): string {
  const block = new RegExp(`^\`\`\`${name}\n([\\s\\S]*?)^\`\`\``, "m").exec(page)?.[1];
  if (block === undefined) throw new Error(`docs/PROXIES.md has no configuration of ${name}`);
  if (!block.includes("4000")) throw new Error(`the configuration of ${name} names no server`);
  const moved = block.replaceAll("4000", String(place.serverPort));
  return replaced.reduce((text, [from, to]) => {
    if (!from.test(text)) throw new Error(`the configuration of ${name} has no ${from}`);
    return text.replace(from, to);
  }, moved);
}
