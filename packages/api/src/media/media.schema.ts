// What pictures look like on the wire, and what callers may send about them. Shared by every room that shows one.
import { z } from "zod";
import { vouched } from "../platform/call/vouched.ts";
import { idempotencyKeyInput, idInput, idView, instantView } from "../platform/call/wire.ts";
import { maxUploadBytes } from "./media.type.ts";

const imageFileView = z.object({ url: z.string(), width: z.int(), height: z.int() });

export const imageView = vouched(
  imageFileView.extend({
    id: idView,
    /** Smaller and larger renderings of the same picture. */
    variants: z.array(imageFileView),
    /** A thumbhash in base64, to draw while the picture loads. */
    placeholder: z.string(),
    alt: z.string(),
    /** Whether it moved when it was uploaded: what is shown is its first moment. */
    isAnimated: z.boolean(),
    /** When the signed URLs end; null for those that do not. */
    expiresAt: instantView.nullable(),
  }),
);
export type ImageView = z.infer<typeof imageView>;

export const mediaPurpose = z.enum(["post", "avatar", "message"]);
export type MediaPurpose = z.infer<typeof mediaPurpose>;

export const mediaState = z.enum(["pending", "processing", "ready", "failed"]);
export type MediaState = z.infer<typeof mediaState>;

/** A picture on its way, as its owner sees it. */
export const mediaView = z.object({
  id: idView,
  state: mediaState,
  /** Once it is ready. */
  image: imageView.nullable(),
  /** Why it failed, in a sentence for people. */
  reason: z.string().nullable(),
});
export type MediaView = z.infer<typeof mediaView>;

/** What clients say of a JPEG that has no other name for it. */
const spellings: Record<string, string> = { "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg" };

export const createMediaInput = z.object({
  purpose: mediaPurpose,
  contentType: z
    .string()
    .max(200)
    // Which of them are taken, the service knows.
    .transform((type) => spellings[type.trim().toLowerCase()] ?? type.trim().toLowerCase()),
  byteSize: z
    .int()
    .min(1, "The file is empty")
    .max(maxUploadBytes, `At most ${maxUploadBytes / 1_024 / 1_024} MB`),
  idempotencyKey: idempotencyKeyInput,
});
export type CreateMediaInput = z.infer<typeof createMediaInput>;

/** The request to send the file with; its body is the file and nothing else. */
export const uploadView = z.object({
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  expiresAt: instantView,
});

export const createdMediaView = z.object({ media: mediaView, upload: uploadView });
export type CreatedMediaView = z.infer<typeof createdMediaView>;

export const mediaIdInput = z.object({ mediaId: idInput });
