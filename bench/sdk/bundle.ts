// The pages of the `sdk` workload, and the sizes of what an app would ship for each side.
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type InlineConfig, type Rollup } from "vite";
import { rootDir } from "../../scripts/services/bootstrap.mjs";

export const sideNames = ["pixora", "query", "db"] as const;
export type SideName = (typeof sideNames)[number];

/** What a side adds to an app that has React. */
const entries: Record<SideName, string> = {
  pixora: `export * from "@pixora/client/react";`,
  query: `export { QueryClient, QueryClientProvider, useInfiniteQuery, useQuery, useMutation, useQueryClient } from "@tanstack/react-query";`,
  db: `export { createCollection, createOptimisticAction, eq, useLiveQuery } from "@tanstack/react-db";
    export { queryCollectionOptions } from "@tanstack/query-db-collection";
    export { QueryClient } from "@tanstack/query-core";
    export { startOfflineExecutor } from "@tanstack/offline-transactions";`,
};

const virtualId = "\0entry";

async function bundle(input: { code: string; external: string[] }): Promise<string> {
  const config: InlineConfig = {
    root: join(rootDir, "bench"),
    configFile: false,
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === "entry" ? join(rootDir, "bench", "sdk", "entry.ts") + virtualId : null),
        load: (id) => (id.endsWith(virtualId) ? input.code : null),
      },
    ],
    build: {
      write: false,
      minify: true,
      target: "esnext",
      modulePreload: false,
      rolldownOptions: { input: "entry", external: input.external, preserveEntrySignatures: "strict" },
    },
  };
  const { output } = (await build(config)) as Rollup.RolldownOutput;
  return output.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("\n");
}

/** The page of a side as one script, with React in it. */
export function bundlePage(side: SideName): Promise<string> {
  return bundle({ code: `import ${JSON.stringify(join(rootDir, "bench", "sdk", `${side}.ts`))};`, external: [] });
}

/** Bytes, minified and gzipped, without React. Of ours what the React layer adds to an app that has the client. */
export async function sizeOf(side: SideName): Promise<number> {
  if (side !== "pixora") return bytesOf(entries[side]);
  const client = `export * from "@pixora/client";`;
  return (await bytesOf(`${client} ${entries.pixora}`)) - (await bytesOf(client));
}

async function bytesOf(code: string): Promise<number> {
  return gzipSync(await bundle({ code, external: ["react", "react-dom", "react/jsx-runtime"] }), { level: 9 }).length;
}
