// A TCP proxy before a server, to cut, refuse or stall connections in walks.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface CuttableProxy {
  url: string;
  port: number;
  /** Cuts every connection; new ones are still accepted. */
  cut(): void;
  /** Cuts every connection and refuses new ones until `accept`. */
  refuse(): void;
  accept(): void;
  /** Stops forwarding in both directions, connections stay open; `accept` goes on. */
  stall(): void;
  close(): void;
}

/** Forwards to a port of this machine. */
export async function startCuttableProxy(targetPort: number): Promise<CuttableProxy> {
  const pairs = new Set<[Socket, Socket]>();
  let isRefusing = false;
  let isStalled = false;

  const server = createServer((inner) => {
    if (isRefusing) return inner.destroy();
    const outer = connect(targetPort, "127.0.0.1");
    const pair: [Socket, Socket] = [inner, outer];
    pairs.add(pair);
    if (isStalled) pause(pair);
    else join(pair);
    for (const socket of pair) {
      socket.on("error", () => undefined);
      socket.on("close", () => {
        pairs.delete(pair);
        inner.destroy();
        outer.destroy();
      });
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");

  function cut() {
    for (const [inner, outer] of pairs) {
      inner.destroy();
      outer.destroy();
    }
  }

  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    cut,
    refuse() {
      isRefusing = true;
      cut();
    },
    accept() {
      isRefusing = false;
      isStalled = false;
      for (const pair of pairs) join(pair);
    },
    stall() {
      isStalled = true;
      for (const pair of pairs) pause(pair);
    },
    close() {
      cut();
      server.close();
    },
  };
}

function join([inner, outer]: [Socket, Socket]): void {
  inner.pipe(outer);
  outer.pipe(inner);
}

function pause([inner, outer]: [Socket, Socket]): void {
  inner.unpipe(outer);
  outer.unpipe(inner);
  inner.pause();
  outer.pause();
}
