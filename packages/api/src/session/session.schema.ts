// Sessions and tokens on the wire; the procedures that speak of them are those of `auth`.
import { z } from "zod";
import { idInput, idView, instantView } from "../platform/call/wire.ts";

export const refreshInput = z.object({ refreshToken: z.string().min(1).max(500) });
export const signOutEverywhereInput = z.object({ exceptCurrent: z.boolean().optional() }).prefault({});
export const sessionIdInput = z.object({ sessionId: idInput });

export const tokensView = z.object({
  accessToken: z.string(),
  accessTokenExpiresAt: instantView,
  refreshToken: z.string(),
  refreshTokenExpiresAt: instantView,
});
export const refreshedView = z.object({ tokens: tokensView });
export const sessionView = z.object({
  id: idView,
  deviceName: z.string(),
  ipHint: z.string(),
  createdAt: instantView,
  lastUsedAt: instantView,
  isCurrent: z.boolean(),
});
export const sessionPageView = z.object({ items: z.array(sessionView), nextCursor: z.null() });

export type Tokens = z.infer<typeof tokensView>;
export type SessionPageView = z.infer<typeof sessionPageView>;
