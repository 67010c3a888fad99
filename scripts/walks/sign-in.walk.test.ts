// A rush at the door: many people sign in at once, and whoever is inside already reads on. How quickly, bench/workloads
// measures.
import { createPixora } from "@pixora/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, type House, openHouse } from "./house.ts";

const rush = 200;

let house: House;
let server: App;

beforeAll(async () => {
  house = await openHouse();
  server = await house.startServer();
});

afterAll(() => house.close());

test("200 sign-ins at once all succeed, each with a session of its own, while others read their feeds", async () => {
  const [ann, reader] = [await house.signUp(server, "ann"), await house.signUp(server, "reader")];
  await reader.pixora.follow.create.mutate({ userId: ann.id });
  await ann.pixora.post.create.mutate({ caption: "inside" });
  // A server that has run a while has its connections to the database.
  await Promise.all(Array.from({ length: 20 }, () => ann.pixora.user.byId.query({ userId: reader.id })));
  const signIn = () =>
    createPixora({ url: server.url }).auth.signIn.mutate({ login: "ann", password: "ann-long-password" });
  let isOver = false;
  const signingIn = Promise.all(Array.from({ length: rush }, signIn)).finally(() => {
    isOver = true;
  });
  signingIn.catch(() => undefined);
  let pages = 0;
  while (!isOver) {
    const page = await reader.pixora.feed.home.query({});
    expect(page.items.map((post) => post.caption)).toEqual(["inside"]);
    pages += 1;
  }
  const signedIn = await signingIn;
  expect(new Set(signedIn.map(({ tokens }) => tokens.refreshToken)).size).toBe(rush);
  const { rows } = await house.pool.query("select count(*)::int as n from sessions where user_id = $1", [ann.id]);
  expect(rows).toEqual([{ n: rush + 1 }]);
  expect(pages).toBeGreaterThan(10);
  console.log(`sign-in: ${rush} at once, ${pages} pages read meanwhile`);
}, 180_000);
