// What `auth` answers of a whole account on the wire.
import { z } from "zod";
import { instantView } from "../platform/call/wire.ts";

export const exportView = z.object({
  state: z.enum(["none", "running", "ready", "failed"]),
  url: z.string().nullable(),
  expiresAt: instantView.nullable(),
});
export type ExportView = z.infer<typeof exportView>;
