import { describe, expect, it } from "vitest";

import { qrElement } from "./qr_svg";

describe("qrElement", () => {
  it("takes over shapes and fits the place that it is put in", () => {
    const element = qrElement(
      '<svg xmlns="http://www.w3.org/2000/svg" width="45mm" height="45mm"><rect x="4mm" y="1mm"/></svg>',
    );
    expect(element?.getAttribute("viewBox")).toBe("0 0 45 45");
    expect(element?.getAttribute("width")).toBe("100%");
    expect(element?.querySelector("rect")?.getAttribute("x")).toBe("4");
  });

  it("takes over nothing that could act", () => {
    const element = qrElement(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" onload="alert(1)">' +
        '<script>alert(1)</script><a href="x"><path d="M0 0"/></a><path d="M0 0" onclick="x"/></svg>',
    );
    expect(element?.outerHTML).not.toMatch(/script|onload|onclick|href/);
    expect(element?.querySelectorAll("path").length).toBe(1);
  });

  it("refuses what is not an SVG", () => {
    expect(qrElement("<html></html>")).toBeNull();
  });
});
