// The readers of the feed workloads, and the check that both sides answer the same page.

import type { Bench } from "../harness/bench.ts";
import type { Program } from "../harness/program.ts";
import { type Caller, signInAll } from "../harness/sessions.ts";
import { bodyOf, openHttp } from "../load/connection.ts";
import { type PreparedRequest, requestText, trpcRequest } from "../load/plan.ts";
import type { ReaderKind } from "../scale.sql.ts";

/** Signs in all readers of these kinds, mixed. */
export async function signInReaders(bench: Bench, kinds: readonly ReaderKind[]): Promise<Caller[]> {
  const { rows } = await bench.pool.query<{ id: string }>(
    "select id from bench.people where kind = any ($1) order by bench.draw(number, 90)",
    [kinds],
  );
  return signInAll(
    bench.pool,
    rows.map((row) => row.id),
  );
}

/** First pages of the home feed, of each reader, as Pixora's client asks for them. */
export function pixoraPages(readers: readonly Caller[]): PreparedRequest[] {
  return readers.map(({ token }) => ({ text: trpcRequest({ path: "feed.home", token, input: {} }), expect: '"rev":' }));
}

/** The same of a bare program. */
export function barePages(readers: readonly Caller[], path: string): PreparedRequest[] {
  return readers.map(({ token }) => ({ text: requestText({ path, token }), expect: '"rev":' }));
}

interface Page {
  items: { id: string }[];
}

/** What the server answers to each request, one after the other. Throws for another status than 200. */
export async function fetchPages(program: Program, requests: readonly PreparedRequest[]): Promise<unknown[]> {
  const connection = await openHttp(program.port);
  const pages: unknown[] = [];
  for (const { text } of requests) {
    const answer = await connection.send(text);
    if (answer.status !== 200) throw new Error(`${program.name} answered ${answer.status}: ${bodyOf(answer)}`);
    pages.push(JSON.parse(bodyOf(answer)));
  }
  connection.close();
  return pages;
}

/** Throws unless both programs answer the same items to the first requests of each list. */
export async function requireSamePages(
  pixora: { program: Program; requests: readonly PreparedRequest[] },
  bare: { program: Program; requests: readonly PreparedRequest[] },
  count: number,
): Promise<void> {
  const ours = (await fetchPages(pixora.program, pixora.requests.slice(0, count))) as { result: { data: Page } }[];
  const theirs = (await fetchPages(bare.program, bare.requests.slice(0, count))) as Page[];
  ours.forEach(({ result }, index) => {
    const [one, other] = [JSON.stringify(result.data.items), JSON.stringify(theirs[index]?.items)];
    if (one !== other)
      throw new Error(`reader ${index} gets another page from ${bare.program.name}:\n${one}\n${other}`);
  });
}

/** Asks for each page until its window stands: a rebuild runs beside the page that missed it, a few at a time. */
export async function warmWindows(port: number, requests: readonly PreparedRequest[]): Promise<void> {
  const connections = await Promise.all([1, 2, 3, 4].map(() => openHttp(port)));
  for (let turn = 0; turn < 2; turn += 1) {
    let next = 0;
    await Promise.all(
      connections.map(async (connection) => {
        for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
          await connection.send(request.text);
        }
      }),
    );
  }
  for (const connection of connections) connection.close();
}
