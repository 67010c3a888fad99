import { idAt, statement } from "@pixora/db";
import { test } from "vitest";
import { openTestDeps } from "../testing/index.ts";
import { listHomeFeed, servedPagesOf } from "./feed.service.ts";
import { readWindow, settleRebuilds } from "./feed.window.ts";

test("speed", { timeout: 300_000 }, async () => {
  const deps = await openTestDeps();
  const client = await deps.db.pool.connect();
  await client.query("set statement_timeout = 0; set lock_timeout=0");
  await client.query(`insert into users (id, handle, display_name) select i, 'u'||i, 'U' from generate_series(1,6000) i`);
  await client.query(`insert into user_counts(user_id) select i from generate_series(1,6000) i`);
  await client.query(`insert into author_heads select i from generate_series(1,6000) i`);
  const base = idAt(new Date(Date.now() - 300 * 86400000)), step = (idAt(new Date()) - base) / 100100n;
  await client.query(`insert into posts (id, author_id, caption) select
     case when a <= 3000 then ${base} + i*${step} else ${base} + i*${step}/3 end, a, repeat('hello ', 20)
     from (select i, (floor(power(random(),1.5)*6000)+1)::int a from generate_series(1,100000) i) x on conflict do nothing`);
  await client.query(`insert into post_counts (post_id) select id from posts`);
  await client.query(`update author_heads h set last_post_id = coalesce((select max(id) from posts where author_id = h.author_id),0)`);
  const readers: Record<string, [number, string]> = {
    f30: [10001, "i <= 30"], f300: [10002, "i <= 300"], f300d: [10003, "i > 4000 and i <= 4300"],
    f1000: [10004, "i % 6 = 0"], f5000: [10005, "i <= 5000"],
  };
  for (const [name, [id, cond]] of Object.entries(readers)) {
    await client.query(`insert into users (id, handle, display_name) values (${id}, '${name}', 'x')`);
    await client.query(`insert into author_heads values (${id})`);
    await client.query(`insert into user_counts values (${id})`);
    await client.query(`insert into follows (follower_id, followee_id) select ${id}, i from generate_series(1,6000) i where ${cond}`);
  }
  await client.query("vacuum analyze");
  client.release();
  for (const [name, [id]] of Object.entries(readers)) {
    const viewerId = String(id);
    const t00 = performance.now();
    await listHomeFeed(deps, { viewerId, limit: 20 });
    const t01 = performance.now();
    await settleRebuilds(deps);
    const t02 = performance.now();
    for (let i = 0; i < 50; i++) await listHomeFeed(deps, { viewerId, limit: 20 });
    const before = { ...servedPagesOf(deps) };
    const n = 200;
    const c0 = process.cpuUsage();
    const t0 = performance.now();
    for (let i = 0; i < n; i++) await listHomeFeed(deps, { viewerId, limit: 20 });
    const ms = (performance.now() - t0) / n;
    const c = process.cpuUsage(c0);
    const t1 = performance.now();
    for (let i = 0; i < n / 20; i++) await Promise.all(Array.from({ length: 20 }, () => listHomeFeed(deps, { viewerId, limit: 20 })));
    const msc = (performance.now() - t1) / n;
    const t2 = performance.now();
    for (let i = 0; i < n; i++) await readWindow(deps, { readerId: viewerId, beforeId: null, count: 25 });
    const msr = (performance.now() - t2) / n;
    console.log(name, "cold", (t01 - t00).toFixed(1), "rebuild", (t02 - t01).toFixed(1), "warm serial", ms.toFixed(2), "cpu", ((c.user + c.system) / n / 1000).toFixed(2), "conc", msc.toFixed(2), "window only", msr.toFixed(2), before, servedPagesOf(deps));
  }
  await deps.close();
});
