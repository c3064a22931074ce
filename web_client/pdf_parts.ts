import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import type { Plugin } from "vite";

/**
 * What pdf.js fetches beside its code, by folder: character maps (Chinese PDFs name fonts and do
 * not embed them), the standard fonts, and picture decoders for pages without WebAssembly, which
 * our content security policy does not permit.
 */
const FOLDERS: Record<string, RegExp> = {
  cmaps: /\.bcmap$|^LICENSE$/,
  standard_fonts: /\.(pfb|ttf)$|^LICENSE/,
  wasm: /_nowasm_fallback\.js$|^LICENSE_(?!QUICKJS|PDFJS_QUICKJS)/,
};

/** Puts them under `/assets/pdfjs-<version>/`: such a file never changes under its name. */
export function pdfParts(): Plugin {
  const manifest = createRequire(import.meta.url).resolve("pdfjs-dist/package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf-8")) as { version: string };
  return {
    name: "pdf-parts",
    apply: "build",
    generateBundle() {
      for (const [folder, wanted] of Object.entries(FOLDERS)) {
        const from = join(dirname(manifest), folder);
        for (const file of readdirSync(from).filter((name) => wanted.test(name))) {
          this.emitFile({
            type: "asset",
            fileName: `assets/pdfjs-${version}/${folder}/${file}`,
            source: readFileSync(join(from, file)),
          });
        }
      }
    },
  };
}
