// `node prisma/seed/main.ts`: loads the demo data into the database of DATABASE_URL, where that has no user.
// Promises: where it has one, to say so within a second; a failed or killed load leaves nothing behind. People whose
// password is published are loaded neither in production nor beside tables of others.
import { Client } from "pg";
import kept from "../../packages/api/src/root.names.json" with { type: "json" };

const inPlace = "demo data is in place";
const url = process.env.DATABASE_URL;
if (url === undefined || url === "") {
  console.error("DATABASE_URL is missing");
  process.exit(64);
}

const reason = process.env.NODE_ENV === "production" ? "NODE_ENV is production" : await reasonOfDatabase(url);
if (reason === null) await seed(url);
else console.log(reason === inPlace ? inPlace : `no demo data: ${reason}`);

/** Why the demo data is not loaded into this database; null where it may be. */
async function reasonOfDatabase(databaseUrl: string): Promise<string | null> {
  const client = new Client({ connectionString: databaseUrl, application_name: "pixora-seed" });
  await client.connect();
  try {
    const people = await client.query("select from users limit 1");
    if (people.rowCount !== 0) return inPlace;
    const foreign = await client.query<{ name: string }>(
      `select table_schema || '.' || table_name as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
         and not (table_schema = current_schema() and table_name = any ($1)) order by 1 limit 1`,
      [[...kept.tables, "_prisma_migrations"]],
    );
    const [other] = foreign.rows;
    return other === undefined ? null : `this database holds tables of others, such as ${other.name}`;
  } finally {
    await client.end();
  }
}

async function seed(databaseUrl: string): Promise<void> {
  // Loaded here, not above: Prisma, Redis clients and the graph take longer to load than the question above.
  const [{ createDb }, { seedDemo }, { openSeedStorage }] = await Promise.all([
    import("@pixora/db"),
    import("./seed.ts"),
    import("./storage.ts"),
  ]);
  const db = createDb({ url: databaseUrl, maxConnections: 2, hasTimeouts: false, applicationName: "pixora-seed" });
  const startedMs = performance.now();
  try {
    const { isLoaded } = await seedDemo(db, {
      log: (line) => console.log(`  ${line}`),
      storage: openSeedStorage(process.env),
    });
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    console.log(isLoaded ? `demo data loaded in ${seconds} s` : "demo data is in place");
  } finally {
    await db.close();
  }
}
