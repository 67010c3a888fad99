// search: strangers search a million captions in five scripts and 100,000 people through full tRPC, each kind of query in turns
// with the least SQL of the same answer; in the database alone, the same against the ways of peers on the same rows.
import { createDeps, createHandlers, createLog, readWorkerConfig } from "@pixora/api/domain";
import type { Bench } from "../harness/bench.ts";
import { type Report, sideRow } from "../harness/report.ts";
import { interleave, measureSide, medianOf, ratioOf } from "../harness/rounds.ts";
import { jwtSecret } from "../harness/sessions.ts";
import { type PreparedRequest, requestText, trpcRequest } from "../load/plan.ts";

export const data = "scale";

interface Kind {
  name: string;
  /** Many queries of a kind, so that nobody measures one cached page. */
  queries: { q: string; asked: string }[];
  by: "newest" | "index" | "author";
  rows?: number;
}

export async function run(bench: Bench): Promise<Report> {
  await writeCaptions(bench);
  const indexBytes = await readWords(bench);
  const kinds = await makeKinds(bench);
  const [server, bare] = [await bench.startServer(), await bench.startBare("search")];
  const sides = kinds.flatMap((kind) => {
    const names = { pixora: `pixora ${kind.name}`, bare: `bare ${kind.name}` };
    bench.generator.prepare(
      names.pixora,
      kind.queries.map(({ q }) => askPixora("search.posts", q)),
    );
    bench.generator.prepare(
      names.bare,
      kind.queries.map(({ q, asked }) => askBare(kind, q, asked)),
    );
    return [
      { name: names.pixora, program: server, requests: names.pixora },
      { name: names.bare, program: bare, requests: names.bare },
    ];
  });
  const beginnings = await listBeginnings(bench);
  bench.generator.prepare(
    "pixora typeahead",
    beginnings.map((q) => askPixora("search.users", q)),
  );
  bench.generator.prepare(
    "bare typeahead",
    beginnings.map((q) => answers(requestText({ path: `/people?q=${q}` }))),
  );
  sides.push(
    { name: "pixora typeahead", program: server, requests: "pixora typeahead" },
    { name: "bare typeahead", program: bare, requests: "bare typeahead" },
  );
  const samples = await interleave(bench, sides, (side) => measureSide(bench, side));
  const names = [...kinds.map(({ name }) => name), "typeahead"];
  const p99 = (name: string) => medianOf(samples, name, (sample) => sample.p99Ms);
  const { peers, claims } = await measureInDatabase(bench, kinds);
  return {
    rows: sides.map(({ name }) => sideRow(samples, name)),
    claims: [
      ...names.map((name) => ({
        what: `${name}: throughput, times the least SQL's`,
        value: ratioOf(samples, [`pixora ${name}`, `bare ${name}`], (sample) => sample.perSecond),
        atLeast: 0.5,
      })),
      ...kinds.map(({ name }) => ({
        what: `${name}: p99, times the least SQL's`,
        value: p99(`pixora ${name}`) / p99(`bare ${name}`),
        atMost: 2,
      })),
      ...claims,
    ],
    figures: { ...indexBytes, ...peers },
  };
}

const answers = (text: string): PreparedRequest => ({ text, expect: '"items":' });
const askPixora = (path: string, q: string) => answers(trpcRequest({ path, input: { q } }));

function askBare({ by, rows }: Kind, q: string, asked: string): PreparedRequest {
  const text = by === "author" ? q.replace("from:", "") : asked;
  const path = `/posts?by=${by}&q=${encodeURIComponent(text)}${rows === undefined ? "" : `&rows=${rows}`}`;
  return answers(requestText({ path }));
}

// A fifth of the captions each in Latin, Japanese, Thai, Cyrillic and Arabic letters, drawn by the post's number; every
// post has a word of its own thousand, and every fiftieth a rare one.
const scripts = ["", "東京都北海道山川空海花鳥風月", "กขคงจฉชซญดตถทนบป", "бвгджзклмнпрстфх", "بتثجحخدذرزسشصضطظ"];

async function writeCaptions(bench: Bench): Promise<void> {
  bench.log("captions in five scripts");
  await bench.pool.query("set statement_timeout = 0");
  const letters = scripts.map((script) => `'${script}'`).join(", ");
  await bench.pool.query(`
    update posts set worded_version = 0, caption = caption || ' k' || (n % 1000) ||
        case when n % 50 = 0 then ' rare' || (n % 50000) else '' end || ' ' ||
        (select coalesce(string_agg(substr(script, 1 + (n * (at * 7 + 3) % length(script))::int, 1), ''), '')
         from generate_series(1, 12) at where script <> '')
    from (select id, n, (array[${letters}])[1 + n % 5] as script
          from (select id, row_number() over (order by id) as n from posts) numbered) drawn
    where drawn.id = posts.id`);
}

async function readWords(bench: Bench): Promise<Record<string, number>> {
  bench.log("words of the captions, by the job");
  const config = readWorkerConfig({
    DATABASE_URL: bench.databaseUrl,
    REDIS_URL: bench.services.redisUrl,
    JWT_SECRET: jwtSecret,
  });
  const deps = createDeps({ config, log: createLog({ level: "error", name: "bench" }), applicationName: "bench" });
  const handlers = createHandlers(deps);
  const isLeft = `select exists (select from posts where worded_version <> version)
    or exists (select from users where named_as is distinct from display_name and deleted_at is null) as "isLeft"`;
  while ((await bench.pool.query<{ isLeft: boolean }>(isLeft)).rows[0]?.isLeft) {
    await handlers["post.wordPosts"]();
    await handlers["user.namePeople"]();
  }
  await deps.close();
  for (const table of ["post_words", "posts", "user_names"]) await bench.pool.query(`vacuum (analyze) ${table}`);
  const { rows } = await bench.pool.query<{ name: string; bytes: string }>(
    `select relname as name, pg_relation_size(oid)::float8 / (select count(*) from posts) as bytes from pg_class
     where relname in ('post_words', 'post_words_words_idx', 'post_words_pkey', 'post_hashtags', 'post_hashtags_pkey')`,
  );
  return Object.fromEntries(rows.map(({ name, bytes }) => [`bytes a post, ${name}`, Number(bytes)]));
}

async function makeKinds(bench: Bench): Promise<Kind[]> {
  const { rows: authors } = await bench.pool.query<{ handle: string }>(
    `select handle from users join user_counts on user_id = id where post_count > 20 and not is_private
     order by bench.draw(id % 1000003, 93) limit 200`,
  );
  const { rows: words } = await bench.pool.query<{ word: string }>(
    `select word from ts_stat('select words from post_words order by post_id desc limit 2000')
     where word ~ '^[a-z]{3,}$' order by ndoc desc limit 10`,
  );
  const common = words.map(({ word }) => word);
  const isPublic = "'=public'";
  const ask = (q: string, ...terms: string[]) => ({
    q,
    asked: [...terms.map((term) => `'${term}'`), isPublic].join(" & "),
  });
  const numbers = Array.from({ length: 200 }, (_, index) => index);
  const pairs = [...(scripts[1] ?? "")].flatMap((one) => [...(scripts[1] ?? "")].map((other) => `${one}${other}`));
  return [
    { name: "common word", by: "newest", rows: 400, queries: common.map((word) => ask(word, word)) },
    { name: "rare word", by: "index", queries: numbers.map((at) => ask(`rare${at * 50}`, `rare${at * 50}`)) },
    {
      name: "two words",
      by: "index",
      queries: numbers.map((at) =>
        ask(`k${at} ${common[at % common.length]}`, `k${at}`, common[at % common.length] ?? ""),
      ),
    },
    { name: "bigram", by: "index", queries: pairs.map((pair) => ask(pair, pair)) },
    { name: "from:", by: "author", queries: authors.map(({ handle }) => ({ q: `from:${handle}`, asked: "" })) },
  ];
}

async function listBeginnings(bench: Bench): Promise<string[]> {
  const { rows } = await bench.pool.query<{ part: string }>(
    `select distinct left(part, 2 + (user_id % 3)::int) as part from user_names tablesample system (10)
     where part ~ '^[a-z]{5}' limit 300`,
  );
  return rows.map(({ part }) => part);
}

/** Milliseconds of each query, one after the other, with nobody else there. */
async function timeEach(bench: Bench, texts: readonly string[]): Promise<number[]> {
  const timings: number[] = [];
  for (const text of texts) {
    const start = performance.now();
    await bench.pool.query(text);
    timings.push(performance.now() - start);
  }
  return timings.sort((one, other) => one - other);
}

const at = (timings: readonly number[], share: number) =>
  timings[Math.floor(share * (timings.length - 1))] ?? Number.NaN;

async function measureInDatabase(bench: Bench, kinds: readonly Kind[]) {
  const peers: Record<string, number> = {};
  const [common, rare] = [kinds[0]?.queries[0], kinds[1]?.queries[0]];
  if (common === undefined || rare === undefined) throw new Error("no queries");
  for (const [name, { q, asked }] of [
    ["common", common],
    ["rare", rare],
  ] as const) {
    const ours = at(
      await timeEach(
        bench,
        Array(20).fill(
          `select post_id from post_words where words @@ '${asked.replaceAll("'", "''")}'::tsquery order by post_id desc limit 20`,
        ),
      ),
      0.5,
    );
    const like = at(
      await timeEach(
        bench,
        Array(3).fill(`select id from posts where caption ilike '%${q}%' order by id desc limit 20`),
      ),
      0.5,
    );
    const rank = at(
      await timeEach(
        bench,
        Array(3).fill(
          `select post_id from post_words where words @@ '''${q}'''::tsquery order by ts_rank(words, '''${q}'''::tsquery) desc limit 20`,
        ),
      ),
      0.5,
    );
    peers[`${name}: ilike, times ours`] = like / ours;
    peers[`${name}: ts_rank, times ours`] = rank / ours;
  }
  const slowest = await Promise.all(
    kinds
      .filter(({ by }) => by === "index")
      .map(async ({ name, queries }) => {
        const texts = queries.map(
          ({ asked }) =>
            `select post_id from post_words where words @@ '${asked.replaceAll("'", "''")}'::tsquery order by post_id + 0 desc limit 21`,
        );
        return { what: `${name}: p99 in the database, ms`, value: at(await timeEach(bench, texts), 0.99), atMost: 10 };
      }),
  );
  return { peers, claims: slowest };
}
