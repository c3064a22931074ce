import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

import { pdfParts } from "./pdf_parts.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The pages of the workspace; each is served by the server under its own path. */
const pages = ["customer", "office", "replay", "verify"];

export default defineConfig({
  root: here("."),
  plugins: [vue(), pdfParts()],
  resolve: {
    alias: { "@shared": here("./shared"), "@wire": here("./wire") },
  },
  build: {
    outDir: here("./dist"),
    emptyOutDir: true,
    target: "es2022",
    // The content security policy allows no data: addresses, so nothing is inlined.
    assetsInlineLimit: 0,
    reportCompressedSize: true,
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      input: Object.fromEntries(
        pages
          .map((page) => [page, here(`./${page}/index.html`)] as const)
          .filter(([, html]) => existsSync(html)),
      ),
    },
  },
  test: {
    environment: "happy-dom",
    include: ["{customer,office,replay,verify,shared}/**/*.test.ts"],
    server: { deps: { inline: ["vant", "element-plus"] } },
    restoreMocks: true,
  },
});
