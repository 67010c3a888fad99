// `node prisma/seed/main.ts`: loads the demo data into the database of DATABASE_URL, where that has no user.
// Promises: where it has one, to say so within a second; a failed or killed load leaves nothing behind.
import { Client } from "pg";

const url = process.env.DATABASE_URL;
if (url === undefined || url === "") {
  console.error("DATABASE_URL is missing");
  process.exit(64);
}

if (await hasPeople(url)) console.log("demo data is in place");
else await seed(url);

async function hasPeople(databaseUrl: string): Promise<boolean> {
  const client = new Client({ connectionString: databaseUrl, application_name: "pixora-seed" });
  await client.connect();
  try {
    const found = await client.query<{ has_people: boolean }>("select exists (select from users) as has_people");
    return found.rows[0]?.has_people ?? false;
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
