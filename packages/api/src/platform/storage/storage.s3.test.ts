// What the bucket of the other tests cannot show: long listings, and a store that is away.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterEach, expect, test } from "vitest";
import { createS3Storage } from "./storage.s3.ts";
import { type Storage, StorageAwayError } from "./storage.ts";

let close: () => void = () => undefined;
afterEach(() => close());

async function openStore(answer: (request: IncomingMessage, reply: ServerResponse) => void): Promise<Storage> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  close = () => server.close();
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  return createS3Storage({
    bucket: "pictures",
    region: "auto",
    accessKeyId: "KEY",
    secretAccessKey: "SECRET",
    endpoint: `http://127.0.0.1:${port}/`,
    publicEndpoint: undefined,
    clock: { now: () => new Date() },
  });
}

test("a listing goes on where the store broke it off, with every request signed", async () => {
  const asked: { token: string | null; prefix: string | null; path: string; isSigned: boolean }[] = [];
  const storage = await openStore((request, reply) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://store");
    const token = searchParams.get("continuation-token");
    const isSigned = request.headers.authorization?.startsWith("AWS4-HMAC-SHA256 Credential=KEY/") === true;
    asked.push({ token, prefix: searchParams.get("prefix"), path: pathname, isSigned });
    const next = token === null ? "<NextContinuationToken>a&amp;b+c/=</NextContinuationToken>" : "";
    const key = `picture/${asked.length}/320.webp`;
    reply.end(`<ListBucketResult><Contents><Key>${key}</Key></Contents>${next}</ListBucketResult>`);
  });
  const pages: string[][] = [];
  for await (const keys of storage.list({ prefix: "picture/" })) pages.push(keys);
  expect(pages).toEqual([["picture/1/320.webp"], ["picture/2/320.webp"]]);
  const same = { prefix: "picture/", path: "/pictures", isSigned: true };
  expect(asked).toEqual([
    { ...same, token: null },
    { ...same, token: "a&b+c/=" },
  ]);
});

test("a store that is busy is away, one that refuses is not", async () => {
  const busy = await openStore((_, reply) => reply.writeHead(503).end("slow down"));
  await expect(busy.stat({ key: "picture/1/320.webp" })).rejects.toThrow(StorageAwayError);
  close();
  await expect(busy.stat({ key: "picture/1/320.webp" })).rejects.toThrow(StorageAwayError);
  const refusing = await openStore((_, reply) => reply.writeHead(403).end("no"));
  const refusal = await refusing.read({ key: "picture/1/320.webp", maxBytes: 1 }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Error);
  expect(refusal).not.toBeInstanceOf(StorageAwayError);
});
