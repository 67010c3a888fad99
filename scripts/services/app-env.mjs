// The environment that server and worker get from the scripts: what the environment sets wins, the rest is chosen so
// that it works on this machine now.
import { join } from "node:path";
import { stateDir } from "./open.mjs";
import { isPortFree, pickPort } from "./process.mjs";
import { readOrMakeSecrets } from "./secrets.mjs";

const DEFAULT_PORT = 4000;
/** Who tries Pixora has not thought of who else is on their network, and the demo people's password is published. */
const DEFAULT_HOST = "127.0.0.1";

/** A port that was asked for and is taken is an error; the default one gives way. */
async function choosePort(log) {
  const host = process.env.HOST || DEFAULT_HOST;
  const asked = process.env.PORT;
  if (asked) {
    const port = Number(asked);
    if (Number.isInteger(port) && port > 0 && !(await isPortFree(port, host))) {
      throw new Error(`PORT ${asked} is taken by another program; stop it, or set another PORT.`);
    }
    return asked;
  }
  if (await isPortFree(DEFAULT_PORT, host)) return String(DEFAULT_PORT);
  const port = await pickPort();
  log(`port ${DEFAULT_PORT} is taken, using ${port}`);
  return String(port);
}

/** Variables for both apps, for services opened by openServices; without `doesListen` the port is not looked at. */
export async function makeAppEnv({ services, log, doesListen = true }) {
  const port = doesListen ? await choosePort(log) : process.env.PORT || String(DEFAULT_PORT);
  const chosen = {
    ...readOrMakeSecrets(),
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
    HOST: process.env.HOST || DEFAULT_HOST,
    PORT: port,
    METRICS_PORT: process.env.METRICS_PORT || String(await pickPort()),
    WORKER_PORT: process.env.WORKER_PORT || String(await pickPort()),
    PUBLIC_URL: process.env.PUBLIC_URL || `http://127.0.0.1:${port}`,
    LIMITS_SCALE: process.env.LIMITS_SCALE || "100",
    CHAT_MIN_ACCOUNT_HOURS: process.env.CHAT_MIN_ACCOUNT_HOURS || "0",
    MAIL_DIR: process.env.MAIL_DIR || join(stateDir, "mail"),
    // glibc's arenas, several for each processor, keep memory that nothing uses.
    MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX || "2",
    STORAGE_DIR: process.env.STORAGE_DIR || join(stateDir, "media"),
  };
  return { ...process.env, ...chosen };
}
