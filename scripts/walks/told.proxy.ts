// A proxy on loopback that misbehaves as it is told, one way at a time.
import { createServer, type IncomingMessage, type ServerResponse, request as send } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";

export type Misbehaviour =
  | { kind: "html"; status: number }
  | { kind: "noUpgrade" }
  | { kind: "silent" }
  | { kind: "maxBody"; bytes: number };

export interface ToldProxy {
  url: string;
  /** Where it passes on what it passes on. */
  target: number;
  does: Misbehaviour | null;
  close(): void;
}

export async function startToldProxy(): Promise<ToldProxy> {
  const sockets = new Set<Duplex>();
  const server = createServer((request, reply) => {
    const { does } = proxy;
    if (does?.kind === "silent") return;
    if (does?.kind === "html") return answerHtml(request, reply, does.status);
    if (does?.kind === "maxBody" && Number(request.headers["content-length"] ?? 0) > does.bytes) {
      return answerHtml(request, reply, 413);
    }
    passOn(request, reply);
  });

  function passOn(request: IncomingMessage, reply: ServerResponse): void {
    const { method, url: path, headers } = request;
    const passed = send({ host: "127.0.0.1", port: proxy.target, method, path, headers }, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(reply);
    });
    passed.on("error", () => reply.destroy());
    reply.once("close", () => passed.destroy());
    request.pipe(passed);
  }

  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (request, socket: Duplex, head) => {
    const { does } = proxy;
    socket.on("error", () => undefined);
    if (does?.kind === "silent") return;
    if (does?.kind === "html" || does?.kind === "noUpgrade") {
      const status = does.kind === "html" ? does.status : 426;
      return void socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    }
    const target = connect(proxy.target, "127.0.0.1", () => {
      const headers = request.rawHeaders.reduce((text, word, at) => text + word + (at % 2 === 0 ? ": " : "\r\n"), "");
      target.write(`GET ${request.url} HTTP/1.1\r\n${headers}\r\n`);
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    target.on("error", () => socket.destroy());
    socket.once("close", () => target.destroy());
  });

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: ToldProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: 0,
    does: null,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return proxy;
}

function answerHtml(request: IncomingMessage, reply: ServerResponse, status: number): void {
  request.resume();
  reply.writeHead(status, { "content-type": "text/html" }).end("<h1>no</h1>");
}
