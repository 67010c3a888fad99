// URLs of stores and providers, with user and password in them. Promises: one that would lead elsewhere than meant is refused
// at the start, with what to write instead; what it says never holds a part of the URL.
import { z } from "zod";

/** Signs that end the part of a URL where a password stands, and how they are written in it. */
const escapes: readonly [sign: string, written: string][] = [
  ["#", "%23"],
  ["/", "%2F"],
  ["?", "%3F"],
];

/** What is wrong with it, for the operator; null where nothing is. */
export function complaintOf(url: string): string | null {
  const rest = url.replace(/^[a-z]+:\/\//, "");
  const [authority = ""] = rest.split(/[#/?]/, 1);
  const behind = rest.slice(authority.length);
  // Without an @ before the place where the host must have ended, and with one behind it: a sign in the password ended it.
  const [path = ""] = behind.split(behind.startsWith("/") ? /[#?]/ : "&", 1);
  if (!authority.includes("@") && path.includes("@")) {
    const [sign, written] = escapes.find(([one]) => behind.startsWith(one)) ?? ["", ""];
    return `holds a ${sign} in the password: write ${written} for it`;
  }
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (host.includes(",")) return "names several hosts: name one, which leads to the primary";
  if (!URL.canParse(url)) return "is no URL: signs in the password other than letters and digits are written as %XX";
  if (new URL(url).hash !== "") return "holds a #: write %23 for it";
  return null;
}

/** A URL with one of these schemes. */
export function connectionUrl(schemes: readonly string[]) {
  const names = schemes.map((scheme) => `${scheme}://`).join(" or ");
  return z.string().superRefine((url, context) => {
    const isOfScheme = schemes.some((scheme) => url.startsWith(`${scheme}://`));
    const message = isOfScheme ? complaintOf(url) : `must start with ${names}`;
    if (message !== null) context.addIssue({ code: "custom", message });
  });
}
