// What the runtimes meet: a test Pixora behind a proxy that can be cut, and an address that does what another person would.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestPixora } from "@pixora/api/testing";
import { startCuttableProxy } from "../walks/cuttable-proxy.ts";

export interface Stage {
  /** What a runtime is told. */
  place: { url: string; control: string; login: string; password: string };
  close(): Promise<void>;
}

const password = "correct horse battery";

/** Opens it; each runtime has one of its own. */
export async function openStage(): Promise<Stage> {
  const pixora = await createTestPixora();
  const proxy = await startCuttableProxy(Number(new URL(pixora.url).port));
  const anna = await pixora.signIn({ handle: "anna", password });
  const ben = await pixora.signIn({ handle: "ben" });
  const picture = await pixora.factories.picture();

  async function answer(url: URL): Promise<string | Uint8Array> {
    if (url.pathname === "/picture") return picture;
    if (url.pathname === "/cut") proxy.cut();
    if (url.pathname === "/like") {
      await ben.client.like.create({ postId: url.searchParams.get("postId") ?? "" });
      await pixora.settle();
    }
    return "done";
  }

  const control = createServer((request, response) => {
    // Pages of other origins ask here, too.
    response.setHeader("access-control-allow-origin", "*");
    answer(new URL(request.url ?? "/", "http://control")).then(
      (body) => response.end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => control.listen(0, "127.0.0.1", resolve));
  const { port } = control.address() as AddressInfo;
  return {
    place: { url: proxy.url, control: `http://127.0.0.1:${port}`, login: anna.handle, password },
    async close() {
      control.closeAllConnections();
      await new Promise((resolve) => control.close(resolve));
      proxy.close();
      await pixora.close();
    },
  };
}
