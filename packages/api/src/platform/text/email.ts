// E-mail addresses: one canonical spelling each, and what one may look like. Promise: lower case, ASCII only; a Unicode
// domain is its punycode (UTS #46, as browsers have it).
import { domainToASCII } from "node:url";
import { normalFormOf } from "./normal-form.ts";

/** RFC 5321, 4.5.3.1: of the part before the sign, and of the whole as it stands in a path of 256. */
const maxLocalChars = 64;
export const maxEmailChars = 254;

const asciiText = /^[\0-\x7f]*$/;
const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
/** HTML's rule for a valid address, save that its host has a dot: no mail for the public goes to a top-level domain. */
const emailPattern = new RegExp(`^[a-z0-9.!#$%&'*+/=?^_\`{|}~-]+@${label}(?:\\.${label})+$`);

/** The spelling under which an address is stored and looked up; of what is none, any text. */
export function canonicalEmail(typed: string): string {
  const text = normalFormOf(typed)?.trim() ?? "";
  const at = text.lastIndexOf("@");
  const [local, host] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (at < 0 || asciiText.test(host)) return asciiText.test(text) ? text.toLowerCase() : text;
  // What is no host at all becomes an empty text. A sign that only lowers to ASCII stays what it is.
  return `${asciiText.test(local) ? local.toLowerCase() : local}@${domainToASCII(host)}`;
}

/** Whether a canonical spelling is an address that mails may be sent to. */
export function isEmail(canonical: string): boolean {
  return canonical.length <= maxEmailChars && canonical.indexOf("@") <= maxLocalChars && emailPattern.test(canonical);
}

/** What is looked up for a login as typed: an address, or a handle with or without its sign. */
export function canonicalLogin(typed: string): string {
  return canonicalEmail(withoutSign(typed.trim()));
}

/** A handle as people write it to each other, without the sign. */
export function withoutSign(typed: string): string {
  return typed.replace(/^[@＠](?=[^@＠]*$)/, "");
}
