import { describe, expect, it } from "vitest";

import { meanLuma } from "./brightness";
import { meterShare, peakDbfs } from "./level_meter";

describe("device check measures", () => {
  it("gives the peak in dB below full scale", () => {
    expect(peakDbfs(new Float32Array([0, -1, 0.5]))).toBe(0);
    expect(peakDbfs(new Float32Array([0.1]))).toBeCloseTo(-20, 4);
    expect(peakDbfs(new Float32Array(8))).toBe(-120);
  });

  it("keeps the bar within its ends", () => {
    expect(meterShare(0)).toBe(1);
    expect(meterShare(-30)).toBe(0.5);
    expect(meterShare(-120)).toBe(0);
  });

  it("gives the mean luma of a picture", () => {
    expect(meanLuma(new Uint8ClampedArray([255, 255, 255, 255, 0, 0, 0, 255]))).toBeCloseTo(0.5, 5);
    expect(meanLuma(new Uint8ClampedArray())).toBe(0);
  });
});
