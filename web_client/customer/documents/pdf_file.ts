/** pdf.js, held to what our content security policy permits: no eval, no WebAssembly, own worker. */
import {
  getDocument,
  GlobalWorkerOptions,
  type PDFDocumentProxy,
  type PDFPageProxy,
  TextLayer,
  version,
} from "pdfjs-dist/legacy/build/pdf.mjs";
import workerUrl from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";

const PARTS = `/assets/pdfjs-${version}`;
/** Phones give a canvas no more than about this; beyond it stays blank without a word. */
const MOST_CANVAS_PIXELS = 12_000_000;

/** A page on the screen: where it is drawn, and where its words lie over it. */
export interface PageHosts {
  canvas: HTMLCanvasElement;
  words: HTMLElement;
}

/** What became of a page. `text` has a line a line; empty where the page is only a picture. */
export interface DrawnPage {
  text: string[];
}

/** A PDF that was opened. `close` it, or its worker stays. */
export interface PdfFile {
  pages: number;
  /** Draws a page (from 1) `widthPx` CSS pixels wide. Rejects if any of it cannot be drawn. */
  draw(page: number, widthPx: number, hosts: PageHosts): Promise<DrawnPage>;
  close(): void;
}

/** Opens a PDF; rejects if it cannot be read. The bytes are handed to the worker: gone for the caller. */
export async function openPdf(bytes: Uint8Array<ArrayBuffer>): Promise<PdfFile> {
  GlobalWorkerOptions.workerSrc = workerUrl;
  const task = getDocument({
    data: bytes,
    cMapUrl: `${PARTS}/cmaps/`,
    standardFontDataUrl: `${PARTS}/standard_fonts/`,
    wasmUrl: `${PARTS}/wasm/`,
    useWasm: false,
    enableXfa: false,
    // Half a page is no page: what cannot be drawn is told, never left out.
    stopAtErrors: true,
  });
  const pdf = await task.promise;
  return {
    pages: pdf.numPages,
    draw: (page, widthPx, hosts) => drawPage(pdf, page, widthPx, hosts),
    close: () => void task.destroy(),
  };
}

async function drawPage(
  pdf: PDFDocumentProxy,
  number: number,
  widthPx: number,
  { canvas, words }: PageHosts,
): Promise<DrawnPage> {
  const page = await pdf.getPage(number);
  const { width } = page.getViewport({ scale: 1 });
  const viewport = page.getViewport({ scale: widthPx / width });
  const pixels = viewport.width * viewport.height;
  const sharpness = Math.min(devicePixelRatio || 1, Math.sqrt(MOST_CANVAS_PIXELS / pixels));
  canvas.width = Math.floor(viewport.width * sharpness);
  canvas.height = Math.floor(viewport.height * sharpness);
  canvas.style.width = `${viewport.width}px`;
  canvas.style.height = `${viewport.height}px`;
  await page.render({ canvas, viewport, transform: [sharpness, 0, 0, sharpness, 0, 0] }).promise;
  words.replaceChildren();
  words.style.setProperty("--total-scale-factor", String(viewport.scale));
  const content = await page.getTextContent();
  await new TextLayer({ textContentSource: content, container: words, viewport }).render();
  return { text: linesOf(content) };
}

function linesOf({ items }: Awaited<ReturnType<PDFPageProxy["getTextContent"]>>): string[] {
  let line = "";
  const lines: string[] = [];
  for (const item of items) {
    if (!("str" in item)) continue;
    line += item.str;
    if (item.hasEOL) {
      lines.push(line);
      line = "";
    }
  }
  return [...lines, line].map((each) => each.trim()).filter((each) => each !== "");
}
