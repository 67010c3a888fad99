// What goes into and comes out of the room `push` on the wire: a browser's PushSubscription, as its toJSON() gives it.
import { z } from "zod";

/** Base64url of so many bytes; padding is taken, and dropped. */
function bytesInput(byteCount: number) {
  return z
    .string()
    .max(200)
    .transform((text) => text.replace(/=+$/, ""))
    .refine(
      (text) => /^[\w-]*$/.test(text) && Buffer.from(text, "base64url").length === byteCount,
      `Must be ${byteCount} bytes as base64url`,
    );
}

const endpointInput = z
  .string()
  .max(2_000, { abort: true })
  .refine((text) => text.isWellFormed() && !text.includes("\0"), "Not an endpoint of a push service");

export const subscribeInput = z.object({
  endpoint: endpointInput,
  keys: z.object({
    /** An uncompressed point of P-256. */
    p256dh: bytesInput(65),
    auth: bytesInput(16),
  }),
});
export type SubscribeInput = z.infer<typeof subscribeInput>;

export const unsubscribeInput = z.object({ endpoint: endpointInput });

export const emptyInput = z.object({}).prefault({});

/** What a browser's `pushManager.subscribe` takes as applicationServerKey. */
export const publicKeyView = z.object({ key: z.string() });
export type PublicKeyView = z.infer<typeof publicKeyView>;
