import { describe, expect, it } from "vitest";

import { canBeASignature, strokesOf } from "./strokes";

describe("strokes", () => {
  it("counts time from the first pen down, through all strokes", () => {
    const strokes = strokesOf([
      [
        { x: 1, y: 2, time: 1_000, pressure: 0.5 },
        { x: 1.239, y: 2, time: 1_016, pressure: 0.5 },
      ],
      [{ x: 9, y: 9, time: 1_400, pressure: 0 }],
    ]);
    expect(strokes).toEqual([
      [
        { x: 1, y: 2, t_ms: 0, pressure: 0.5 },
        { x: 1.24, y: 2, t_ms: 16, pressure: 0.5 },
      ],
      [{ x: 9, y: 9, t_ms: 400, pressure: 0 }],
    ]);
  });

  it("keeps every value in the range that the server takes", () => {
    expect(strokesOf([[{ x: -3, y: 20_000, time: 5, pressure: Number.NaN }]])).toEqual([
      [{ x: 0, y: 10_000, t_ms: 0, pressure: 0 }],
    ]);
  });

  it("leaves out what was not drawn", () => {
    expect(strokesOf([[], []])).toEqual([]);
  });

  it("does not take a dot for a name", () => {
    expect(canBeASignature([[1, 2, 3]])).toBe(false);
    expect(canBeASignature([[1, 2, 3, 4], [5, 6, 7, 8]])).toBe(true);
  });
});
