import { describe, expect, it } from "vitest";

import { qrDrawing } from "./qr_drawing";

describe("QR drawing", () => {
  it("takes the path of a code", () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="29mm" viewBox="0 0 29 29">' +
      '<path d="M4,4H5V5H4z" fill="#000000" fill-rule="nonzero"/></svg>';
    expect(qrDrawing(svg)).toEqual({ viewBox: "0 0 29 29", path: "M4,4H5V5H4z" });
  });

  it("takes the dark squares of a code that is made of them", () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">' +
      '<rect fill="white" x="0" y="0" width="9" height="9"/><rect x="1" y="2" width="1" height="1"/></svg>';
    expect(qrDrawing(svg)).toEqual({ viewBox: "0 0 9 9", path: "M1 2h1v1h-1z" });
  });

  it("draws nothing that is not a code", () => {
    expect(qrDrawing("<svg xmlns='http://www.w3.org/2000/svg' viewBox='x'/>")).toBeNull();
    expect(qrDrawing("nonsense")).toBeNull();
    expect(
      qrDrawing("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><path d='url(x)'/></svg>"),
    ).toBeNull();
  });
});
