/** The parts of a QR code's SVG that are drawn: nothing else of it reaches the page. */
export interface QrDrawing {
  viewBox: string;
  path: string;
}

const NUMBERS = /^[-\d.\s,]+$/;
const PATH = /^[MmLlHhVvZz\d\s.,-]+$/;

/** Reads the paths and squares of a QR code's SVG; null when it is not one. */
export function qrDrawing(svg: string): QrDrawing | null {
  const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  const viewBox = root.getAttribute("viewBox") ?? boxOf(root);
  const paths = [...root.querySelectorAll("path")].map((path) => path.getAttribute("d") ?? "");
  const squares = [...root.querySelectorAll("rect")].filter(isDark).map(squarePath);
  const path = [...paths, ...squares].join("");
  return NUMBERS.test(viewBox) && PATH.test(path) ? { viewBox, path } : null;
}

function boxOf(root: Element): string {
  return `0 0 ${numberOf(root, "width")} ${numberOf(root, "height")}`;
}

/** A white ground is left out: the page draws its own. */
function isDark(square: Element): boolean {
  const fill = (square.getAttribute("fill") ?? "black").toLowerCase();
  return !["white", "#fff", "#ffffff", "none"].includes(fill);
}

function squarePath(square: Element): string {
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => numberOf(square, name));
  return `M${x ?? 0} ${y ?? 0}h${width ?? 0}v${height ?? 0}h-${width ?? 0}z`;
}

function numberOf(element: Element, name: string): number {
  const value = Number.parseFloat(element.getAttribute(name) ?? "0");
  return Number.isFinite(value) ? value : 0;
}
