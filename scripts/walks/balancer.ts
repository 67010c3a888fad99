// A TCP balancer before several servers of this machine: each connection goes to the next server that takes it, so that
// one that is down is passed over. Can cut connections in the middle.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface Balancer {
  url: string;
  /** Cuts this many connections, chosen by `pick` (0 to 1, exclusive), or all if there are fewer; answers how many. */
  cut(count: number, pick: () => number): number;
  /** Open connections. */
  size(): number;
  close(): void;
}

/** Balances over these ports. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const pairs = new Set<Pair>();
  let turn = 0;

  const server = createServer({ pauseOnConnect: true }, async (inner) => {
    inner.on("error", () => undefined);
    turn += 1;
    const outer = await connectToAny(ports, turn);
    if (outer === null || inner.destroyed) {
      outer?.destroy();
      inner.destroy();
      return;
    }
    const pair = { inner, outer };
    pairs.add(pair);
    join(pair, () => pairs.delete(pair));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");

  return {
    url: `http://127.0.0.1:${address.port}`,
    cut(count, pick) {
      const left = [...pairs];
      const chosen = Array.from(
        { length: Math.min(count, left.length) },
        () => left.splice(Math.floor(pick() * left.length), 1)[0],
      );
      for (const pair of chosen) if (pair !== undefined) destroy(pair);
      return chosen.length;
    },
    size: () => pairs.size,
    close() {
      for (const pair of pairs) destroy(pair);
      server.close();
    },
  };
}

interface Pair {
  inner: Socket;
  outer: Socket;
}

function destroy({ inner, outer }: Pair): void {
  inner.destroy();
  outer.destroy();
}

/** Forwards both ways; an end is passed on after what came before it, a failure at once. */
function join(pair: Pair, onEnd: () => void): void {
  const { inner, outer } = pair;
  for (const [socket, other] of [
    [inner, outer],
    [outer, inner],
  ] as const) {
    socket.on("error", () => other.destroy());
    socket.on("close", () => {
      onEnd();
      other.end();
    });
  }
  inner.pipe(outer);
  outer.pipe(inner);
}

/** The connection to the first server, from the one whose turn it is on, that takes it; null where none does. */
async function connectToAny(ports: readonly number[], turn: number): Promise<Socket | null> {
  for (let step = 0; step < ports.length; step += 1) {
    const port = ports[(turn + step) % ports.length];
    const socket = port === undefined ? null : await tryToConnect(port);
    if (socket !== null) return socket;
  }
  return null;
}

function tryToConnect(port: number): Promise<Socket | null> {
  const socket = connect(port, "127.0.0.1");
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(null));
  });
}
