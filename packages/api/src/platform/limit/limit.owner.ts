// Whose budget a call uses: the owner's name for each kind of budget, from what the call carries.
import { createHmac } from "node:crypto";
import { z } from "zod";
import type { Deps } from "../process/deps.ts";
import { keysFor } from "../secret/key.ts";
import { canonicalLogin } from "../text/email.ts";
import { normalFormOf } from "../text/normal-form.ts";
import { addressKeyOf } from "./address.ts";
import type { BudgetOwner, CallType } from "./limits.ts";

/** A procedure call, as far as limits care. */
export interface Call {
  path: string;
  type: CallType;
  /** The caller's address as far as the trusted proxies tell it. */
  ip: string;
  /** Whose access token came along, or null. */
  userId: string | null;
  /** Success signs in: the device is known from then on. */
  beginsSession: boolean;
}

/** What signs in, and the address of a mailbox: longer ones are refused by their schemas. */
export const maxAddressChars = 254;

/**
 * The owner of a budget, or null where the call has none: a stranger has no user, and a login that is no text will be
 * refused by its schema, having cost nothing. `input` is what the caller sent, before any schema.
 */
export function ownerOf(by: BudgetOwner, call: Call, input: unknown): string | null {
  switch (by) {
    case "user":
      return call.userId;
    case "address":
      return addressKeyOf(call.ip);
    case "caller":
      return call.userId ?? addressKeyOf(call.ip);
    case "login":
      return textOf(input, "login");
    case "login at address": {
      const login = textOf(input, "login");
      return login === null ? null : loginAtAddress(login, call.ip);
    }
    case "mailbox":
      return textOf(input, "email") ?? textOf(input, "newEmail");
  }
}

/** The owner "login at address" of a login as typed or stored; null for a text that can be no login. */
export function loginAtAddress(login: string, ip: string): string | null {
  const canonical = canonicalText(login);
  return canonical === null ? null : `${canonical} ${addressKeyOf(ip)}`;
}

function textOf(input: unknown, field: string): string | null {
  if (typeof input !== "object" || input === null) return null;
  const text: unknown = Reflect.get(input, field);
  return typeof text === "string" ? canonicalText(text) : null;
}

// At least as coarse as the schemas of `auth`: no two spellings of one login may have two budgets.
function canonicalText(text: string): string | null {
  if (text.length > maxAddressChars || normalFormOf(text) === null) return null;
  return canonicalLogin(text).toLowerCase();
}

/** What is stored of an owner: a keyed hash, which tells nobody whose it is and is found by no search for them. */
export function hashOwner(deps: Pick<Deps, "config">, owner: string): string {
  const [key] = keysFor(deps.config.JWT_SECRET, "limitOwner");
  return createHmac("sha256", key).update("pixora.limit.v1\0").update(owner).digest("base64url").slice(0, 22);
}

const signedIn = z.object({ user: z.object({ handle: z.string(), email: z.string() }) });

/** The logins of the person whom a call has just signed in; none where it signed nobody in. */
export function loginsOfSignedIn(output: unknown): string[] {
  const parsed = signedIn.safeParse(output);
  return parsed.success ? [parsed.data.user.handle, parsed.data.user.email] : [];
}
