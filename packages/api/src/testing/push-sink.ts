// A push service on this machine, and the browsers that it rings in tests: it keeps what it gets, hangs, refuses or breaks.
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A call as the push service got it. */
export interface SunkPush {
  path: string;
  headers: IncomingMessage["headers"];
  body: Buffer;
}

export interface PushSink {
  url: string;
  pushes: SunkPush[];
  /** The status it answers with; "hang": it never does. */
  answer: number | "hang";
  /** Of its answers. */
  headers: Record<string, string>;
  close(): Promise<void>;
}

/** A push service on a free port, over plain HTTP. */
export async function openPushSink(): Promise<PushSink> {
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    sink.pushes.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks) });
    if (sink.answer !== "hang") response.writeHead(sink.answer, sink.headers).end();
  }
  const server = createServer((request, response) => void take(request, response).catch(() => undefined));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const sink: PushSink = {
    url: `http://127.0.0.1:${port}`,
    pushes: [],
    answer: 201,
    headers: {},
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return sink;
}

/** A browser's half of a subscription. */
export interface TestBrowser {
  keys: { p256dh: string; auth: string };
  /** Decrypts a message (RFC 8291, RFC 8188); throws for one that is not for this browser. */
  read(body: Buffer): unknown;
}

export function createBrowser(): TestBrowser {
  const ecdh = createECDH("prime256v1");
  const publicKey = ecdh.generateKeys();
  const auth = randomBytes(16);
  const derive = (ikm: Buffer, salt: Buffer, about: Buffer | string, byteCount: number) =>
    Buffer.from(hkdfSync("sha256", ikm, salt, about, byteCount));
  return {
    keys: { p256dh: publicKey.toString("base64url"), auth: auth.toString("base64url") },
    read(body) {
      const salt = body.subarray(0, 16);
      const keyEnd = 21 + (body[20] ?? 0);
      const senderKey = body.subarray(21, keyEnd);
      const about = Buffer.concat([Buffer.from("WebPush: info\0"), publicKey, senderKey]);
      const secret = derive(ecdh.computeSecret(senderKey), auth, about, 32);
      const decipher = createDecipheriv(
        "aes-128-gcm",
        derive(secret, salt, "Content-Encoding: aes128gcm\0", 16),
        derive(secret, salt, "Content-Encoding: nonce\0", 12),
      );
      decipher.setAuthTag(body.subarray(-16));
      const plain = Buffer.concat([decipher.update(body.subarray(keyEnd, -16)), decipher.final()]);
      // The text ends where its padding begins: at the last byte that is not zero.
      return JSON.parse(plain.subarray(0, plain.lastIndexOf(2)).toString("utf8"));
    },
  };
}
