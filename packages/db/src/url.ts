// What operators write in DATABASE_URL, as the pg driver understands it.

/**
 * Gives `sslmode` the meaning that libpq and every provider's manual give it (`require` encrypts and does not ask for a
 * known certificate); the driver alone would read it as verify-full.
 */
export function driverUrl(url: string): string {
  const parsed = new URL(url);
  if (parsed.searchParams.has("sslmode") && !parsed.searchParams.has("uselibpqcompat")) {
    parsed.searchParams.set("uselibpqcompat", "true");
  }
  return parsed.toString();
}

/** Session options of the URL, to be put before our own: the driver would let them replace ours. */
export function splitOptions(url: string): { url: string; options: string } {
  const parsed = new URL(driverUrl(url));
  const options = parsed.searchParams.get("options") ?? "";
  parsed.searchParams.delete("options");
  return { url: parsed.toString(), options };
}
