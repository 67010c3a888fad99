// Handles: the rules of their form. Promises: one canonical spelling (lower case), ASCII only, so that no look-alike
// letter, zero-width character or case twin can pass for another handle.
import { z } from "zod";
import { withoutSign } from "../platform/text/email.ts";

/** Before lowering: "K" (the Kelvin sign) lowers to an ASCII "k", so the alphabet is checked on what was typed. */
const typedHandle = /^[A-Za-z0-9_.]{3,30}$/;

/** Names that would be taken for the service, its staff or a page of it. */
const reservedHandles: ReadonlySet<string> = new Set(
  `about abuse account accounts admin administrator analytics anonymous api app apps auth billing block blog bookmark
   bookmarks bot chat comment comments contact copyright delete deleted dev developer docs download edit email everyone
   example explore export faq feed feedback follow followers following guest hashtag health healthz help here home
   hostmaster index info jobs legal like likes live login logout mail media me mod moderation moderator moderators
   mute myself new news noreply no_reply no.reply notification notifications null nobody official openapi owner pixora
   pixora.app pixora.official pixora.support pixora_app pixora_official pixora_support post postmaster posts press
   privacy profile push readyz register report root search security self session settings signin signout signup staff
   static status suggestions superuser support system tag tags team terms test.pixora trending trpc undefined
   unsubscribe update upload user username users verified verify webmaster www`
    .split(/\s+/)
    .filter((name) => name !== ""),
);

/** A handle as anyone may type it, made canonical. Says nothing of whether it may be taken. */
export const handleInput = z
  .string()
  .max(200, { error: "3 to 30 letters a-z, digits, dots and underscores", abort: true })
  .trim()
  .transform(withoutSign)
  .refine((handle) => typedHandle.test(handle), "3 to 30 letters a-z, digits, dots and underscores")
  .transform((handle) => handle.toLowerCase());

/** A handle to sign up with: canonical, not reserved, and not one that a dot more or less makes look like another. */
export const newHandleInput = handleInput
  .refine(hasDotsInside, "A dot may stand between two other characters only")
  .refine((handle) => !isReservedHandle(handle), "This handle is reserved");

/** Whether dots stand neither at an end nor side by side. There are handles of earlier days where they do. */
export function hasDotsInside(handle: string): boolean {
  return !/^\.|\.$|\.\./.test(handle);
}

/** Whether a canonical handle is kept back from everyone. */
export function isReservedHandle(handle: string): boolean {
  return reservedHandles.has(handle);
}

/** The canonical spelling of what was typed, or null where it can be nobody's handle. */
export function canonicalHandle(typed: string): string | null {
  const parsed = handleInput.safeParse(typed);
  return parsed.success ? parsed.data : null;
}
