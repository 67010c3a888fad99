// How the app is built and served while it is worked on.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const minBytes = 1_024;

/** Writes each text of the build packed beside it, so that the server packs nothing while somebody waits. */
function packBesides(): Plugin {
  let outDir = "";
  return {
    name: "pixora-pack-besides",
    apply: "build",
    configResolved(config) {
      outDir = join(config.root, config.build.outDir, "assets");
    },
    closeBundle() {
      for (const name of readdirSync(outDir).filter((one) => /\.(?:js|css|svg)$/.test(one))) {
        const path = join(outDir, name);
        if (statSync(path).size < minBytes) continue;
        const text = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }));
      }
    },
  };
}

const api = process.env.PIXORA_URL ?? "http://127.0.0.1:4000";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [react(), packBesides()],
  build: {
    target: "es2023",
    // With an older target `light-dark()` would follow the system alone, and no theme of a person's own.
    cssTarget: ["chrome125", "safari18", "firefox128"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: {
      "/trpc": { target: api, ws: true, changeOrigin: true },
      "/media": { target: api, changeOrigin: true },
      "/export": { target: api, changeOrigin: true },
      "/openapi.json": { target: api, changeOrigin: true },
    },
  },
});
