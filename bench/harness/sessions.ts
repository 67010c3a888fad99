// People to call as: their sessions, made by plain SQL, and access tokens that outlive the run.
import type pg from "pg";
import { readApiConfig } from "../../packages/api/src/platform/process/config.ts";
import { signAccessToken } from "../../packages/api/src/session/session.token.ts";

export const jwtSecret = "pixora-bench-secret-pixora-bench-secret-0001";

export interface Caller {
  userId: string;
  token: string;
}

// Tokens of two hours ahead expire after them; nothing else checks when a token was made.
const signing = {
  config: readApiConfig({ DATABASE_URL: "postgresql://bench", REDIS_URL: "redis://bench", JWT_SECRET: jwtSecret }),
  clock: { now: () => new Date(Date.now() + 2 * 3_600_000) },
};

const insertSessions = `
  insert into sessions (user_id, salt, device_name, ip_hint, expires_at)
  select user_id, '\\x00', 'bench', '127.0.0.1', clock_timestamp() + interval '1 day'
  from unnest($1::bigint[]) with ordinality as person (user_id, place)
  order by place
  returning id, user_id`;

/** Signs people in, one session each, in the given order. */
export async function signInAll(pool: pg.Pool, userIds: readonly string[]): Promise<Caller[]> {
  const { rows } = await pool.query<{ id: string; user_id: string }>(insertSessions, [userIds]);
  await pool.query("vacuum (analyze) sessions");
  return Promise.all(
    rows.map(async ({ id, user_id: userId }) => {
      const { accessToken } = await signAccessToken(signing, { userId, sessionId: id });
      return { userId, token: accessToken };
    }),
  );
}
