// The security headers that helmet advises for a service that shows no pages. They never change, so helmet is asked once:
// it would work them out anew, directive by directive, for every request.
import helmet from "@fastify/helmet";
import { fastify } from "fastify";

/** Header names and values, for every answer. */
export async function readSecurityHeaders(): Promise<Record<string, string>> {
  const plain = await readHeaders(false);
  const protectedOnes = await readHeaders(true);
  const added = Object.fromEntries(Object.entries(protectedOnes).filter(([name]) => !(name in plain)));
  // What may be kept says so itself. A cache on the way would otherwise show a deleted picture's 404, or an answer that
  // was one person's, to the next.
  return { ...added, "cache-control": "no-store" };
}

async function readHeaders(isProtected: boolean): Promise<Record<string, string>> {
  const app = fastify();
  if (isProtected) {
    await app.register(helmet, { contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] } } });
  }
  app.get("/", async () => "");
  const { headers } = await app.inject("/");
  await app.close();
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
