// The environment of a test run: that of the person, without what configures their own Pixora, plus where the test
// services are. Only these names reach a test.
import { TEMPLATE_NAME } from "../services/prisma.mjs";

/** A developer's settings (their database above all) must neither be touched by tests nor change their outcome. */
const REMOVED =
  /^(DATABASE_|REDIS_|JWT_SECRET$|ACCESS_TOKEN_|PORT$|HOST$|PUBLIC_URL$|SMTP_|MAIL_|METRICS_|WORKER_|STORAGE_|LIMITS_|LOG_LEVEL$|ALLOWED_|TRUSTED_|REQUIRE_)/;

/** Variables for vitest, for services opened by openTestServices. */
export function makeTestEnv({ databaseUrl, redisUrl }) {
  const kept = Object.entries(process.env).filter(([name]) => !REMOVED.test(name));
  return { ...Object.fromEntries(kept), ...testVariables({ databaseUrl, redisUrl }) };
}

/** What tests may rely on. */
export function testVariables({ databaseUrl, redisUrl }) {
  return {
    TEST_DATABASE_URL: databaseUrl,
    TEST_REDIS_URL: redisUrl,
    TEST_TEMPLATE_DATABASE: TEMPLATE_NAME,
    PIXORA_TEST_SERVICES: new URL("./services.mjs", import.meta.url).href,
    TZ: "UTC",
  };
}
