// Refresh tokens: session id, generation, and a MAC over both and the session's salt; nothing of them is stored.
// Promises: parallel refreshes of one token agree on one successor; a token older than that ends its session.
import { isId, statement } from "@pixora/db";
import { hintRevoked } from "../log/log.hint.ts";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import { macFor, macIsRight } from "../platform/secret/key.ts";
import type { Tokens } from "./session.schema.ts";
import { type SessionRow, sessionLifeMs } from "./session.service.ts";
import { signAccessToken } from "./session.token.ts";

/** How long the token before the present one still gets the present one: a lost answer, or calls in parallel. */
export const graceMs = 30_000;

type RefreshDeps = Pick<Deps, "db" | "clock" | "config" | "pubsub">;

/** The pair of tokens of a session as it stands; made again, the refresh token is the same. */
export async function issueTokens(deps: Pick<Deps, "clock" | "config">, session: SessionRow): Promise<Tokens> {
  const { accessToken, accessTokenExpiresAt } = await signAccessToken(deps, {
    userId: session.userId,
    sessionId: session.id,
  });
  const mac = macFor(deps, { purpose: "refresh.v1", parts: partsOf(session, session.generation) });
  return {
    accessToken,
    accessTokenExpiresAt: accessTokenExpiresAt.toISOString(),
    refreshToken: `${session.id}.${session.generation}.${mac.toString("base64url")}`,
    refreshTokenExpiresAt: session.expiresAt.toISOString(),
  };
}

function partsOf(session: Pick<SessionRow, "id" | "salt">, generation: number): (string | Uint8Array)[] {
  return [session.id, String(generation), session.salt];
}

interface RefreshableSession extends SessionRow {
  rotatedAt: Date;
  isRevoked: boolean;
  isDeleted: boolean;
}

const selectSession = statement<RefreshableSession>(
  "session.selectRefreshable",
  `select s.id, s.user_id as "userId", s.generation, s.salt, s.expires_at as "expiresAt", s.rotated_at as "rotatedAt",
          s.revoked_at is not null as "isRevoked", u.deleted_at is not null as "isDeleted"
   from sessions s join users u on u.id = s.user_id
   where s.id = $1`,
);

const rotate = statement<SessionRow>(
  "session.rotateSession",
  `update sessions set generation = generation + 1, rotated_at = $3, last_used_at = $3, expires_at = $4
   where id = $1 and generation = $2 and revoked_at is null
   returning id, user_id as "userId", generation, salt, expires_at as "expiresAt"`,
);

/**
 * Exchanges a refresh token for the next pair. The second time, within 30 s, gives the same refresh token again. Throws
 * auth.tokenInvalid for a token that is none, auth.tokenExpired for a session unused for too long, and
 * auth.sessionRevoked for an ended session; a token older than the last but one, or later than the grace, ends it.
 */
export async function refreshSession(deps: RefreshDeps, input: { refreshToken: string }): Promise<{ tokens: Tokens }> {
  const token = parseToken(input.refreshToken);
  // A lost compare-and-set shows, read again, as the direct predecessor: two rounds always suffice.
  for (let round = 0; round < 3; round += 1) {
    const session = await deps.db.sql.maybe(selectSession, [token.sessionId]);
    if (session === null) throw new AppError("auth.tokenInvalid");
    checkToken(deps, { token, session });
    const now = deps.clock.now();
    if (token.generation === session.generation) {
      const expiresAt = new Date(now.getTime() + sessionLifeMs);
      const rotated = await deps.db.sql.maybe(rotate, [session.id, token.generation, now, expiresAt]);
      if (rotated !== null) return { tokens: await issueTokens(deps, rotated) };
    } else if (token.generation === session.generation - 1 && now.getTime() - session.rotatedAt.getTime() <= graceMs) {
      return { tokens: await issueTokens(deps, session) };
    } else {
      await endReplayed(deps, { session, now });
    }
  }
  throw new AppError("service.unavailable", { retryAfterMs: 1_000 });
}

function parseToken(text: string): { sessionId: string; generation: number; mac: Buffer } {
  const match = /^(\d+)\.(0|[1-9]\d{0,8})\.([\w-]{43})$/.exec(text);
  const [, sessionId, generation, mac] = match ?? [];
  if (sessionId === undefined || generation === undefined || mac === undefined || !isId(sessionId)) {
    throw new AppError("auth.tokenInvalid");
  }
  return { sessionId, generation: Number(generation), mac: Buffer.from(mac, "base64url") };
}

// The MAC comes first: without it, nobody learns anything of a session or ends one.
function checkToken(
  deps: Pick<Deps, "config" | "clock">,
  input: { token: ReturnType<typeof parseToken>; session: RefreshableSession },
): void {
  const { token, session } = input;
  const parts = partsOf(session, token.generation);
  if (!macIsRight(deps, { purpose: "refresh.v1", parts, mac: token.mac })) throw new AppError("auth.tokenInvalid");
  // A generation still to come is what a restored database leaves behind.
  if (token.generation > session.generation) throw new AppError("auth.tokenInvalid");
  if (session.isRevoked || session.isDeleted) throw new AppError("auth.sessionRevoked");
  if (session.expiresAt <= deps.clock.now()) throw new AppError("auth.tokenExpired");
}

async function endReplayed(deps: RefreshDeps, input: { session: RefreshableSession; now: Date }): Promise<never> {
  const { session, now } = input;
  const where = { id: BigInt(session.id), revokedAt: null };
  await deps.db.prisma.session.updateMany({ where, data: { revokedAt: now } });
  hintRevoked(deps, { userId: session.userId, sessionId: session.id });
  throw new AppError("auth.sessionRevoked");
}
