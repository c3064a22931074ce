import { describe, expect, it } from "vitest";

import { isLargeEnough, mediaHealth, networkQuality } from "./media_health";

describe("media health", () => {
  it("reads size and loss of the outgoing picture", () => {
    const report = new Map<string, unknown>([
      ["v", { type: "outbound-rtp", kind: "video", framesSent: 90, frameWidth: 1280, frameHeight: 720 }],
      ["r", { type: "remote-inbound-rtp", kind: "video", roundTripTime: 0.08, fractionLost: 0.01 }],
      ["a", { type: "outbound-rtp", kind: "audio", framesSent: 1 }],
    ]);
    expect(mediaHealth(report)).toEqual({
      framesSent: 90,
      width: 1280,
      height: 720,
      roundTripMs: 80,
      lostShare: 0.01,
    });
  });

  it.each([
    [null, 0, "unknown"],
    [80, 0.01, "good"],
    [300, 0, "fair"],
    [80, 0.05, "fair"],
    [900, 0, "poor"],
    [80, 0.2, "poor"],
  ] as const)("calls %s ms and %s lost %s", (roundTripMs, lost, quality) => {
    expect(networkQuality(roundTripMs, lost)).toBe(quality);
  });

  it.each([
    [640, 480, true],
    [480, 640, true],
    [639, 480, false],
    [1280, 479, false],
    [720, 1280, true],
  ])("%s by %s is large enough: %s", (width, height, enough) => {
    expect(isLargeEnough(width, height)).toBe(enough);
  });
});
