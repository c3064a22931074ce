const SVG = "http://www.w3.org/2000/svg";
const SHAPES = new Set(["svg", "g", "path", "rect"]);
const ATTRIBUTES = new Set([
  "viewBox",
  "width",
  "height",
  "d",
  "x",
  "y",
  "fill",
  "fill-rule",
  "fill-opacity",
  "transform",
  "class",
  "id",
  "shape-rendering",
  "stroke",
  "stroke-width",
]);

/**
 * A QR code's SVG as an element that can only draw: nothing but plain shapes is taken over,
 * so that markup from an answer never becomes part of the page. Null if it is not an SVG.
 */
export function qrElement(svg: string): SVGSVGElement | null {
  const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  if (parsed.localName !== "svg") return null;
  const root = copied(parsed) as SVGSVGElement;
  if (!root.hasAttribute("viewBox")) {
    root.setAttribute("viewBox", `0 0 ${sizeOf(parsed, "width")} ${sizeOf(parsed, "height")}`);
  }
  root.setAttribute("width", "100%");
  root.setAttribute("height", "100%");
  return root;
}

function copied(from: Element): Element {
  const to = document.createElementNS(SVG, from.localName);
  for (const { name, value } of Array.from(from.attributes)) {
    // Some writers give millimetres everywhere; with a viewBox the unit must go.
    if (ATTRIBUTES.has(name)) to.setAttribute(name, value.replace(/(?<=\d)mm$/, ""));
  }
  for (const child of Array.from(from.children)) {
    if (SHAPES.has(child.localName)) to.append(copied(child));
  }
  return to;
}

function sizeOf(svg: Element, name: string): number {
  return Number.parseFloat(svg.getAttribute(name) ?? "0") || 0;
}
