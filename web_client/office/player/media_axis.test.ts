import type { Event, StretchView } from "@wire/wire";
import { describe, expect, it } from "vitest";

import { axisMs, axisTotals, clamped, fileSeconds, mediaAxis, partAfter, partAt } from "./media_axis";
import type { AxisStretch } from "./media_axis";

function stretch(number: number, start_ms: number, end_ms: number): StretchView {
  return { stretch: number, start_ms, end_ms, url: `/s/${number}`, content_type: "video/webm" };
}

function gapEvent(from_ms: number, to_ms: number): Event {
  return {
    actor: "system",
    media_time_ms: from_ms,
    payload: { type: "media.gap", from_ms, to_ms, reason: "disconnected" },
    session_id: "s",
    seq: 1,
    prev_hash: "",
    hash: "",
    recorded_at: "2026-01-01T00:00:00Z",
  };
}

const two = mediaAxis([stretch(2, 30_000, 50_000), stretch(1, 0, 20_000)], [gapEvent(20_000, 30_000)]);

describe("mediaAxis", () => {
  it("puts stretches in order and fills what is between them with the gap that was told", () => {
    expect(two.parts.map((part) => [part.kind, part.fromMs, part.toMs])).toEqual([
      ["stretch", 0, 20_000],
      ["gap", 20_000, 30_000],
      ["stretch", 30_000, 50_000],
    ]);
    expect(two.parts[1]).toMatchObject({ reason: "disconnected" });
    expect(axisTotals(two)).toEqual({ recordedMs: 40_000, gapMs: 10_000 });
  });

  it("shows a gap that nobody told as unexplained, never as nothing", () => {
    const axis = mediaAxis([stretch(1, 0, 5_000), stretch(2, 9_000, 12_000)], []);
    expect(axis.parts[1]).toMatchObject({ kind: "gap", reason: "unexplained" });
  });

  it("shows a gap before the first stretch", () => {
    expect(mediaAxis([stretch(1, 4_000, 5_000)], []).parts[0]).toMatchObject({
      kind: "gap",
      fromMs: 0,
      toMs: 4_000,
    });
  });

  it("makes no gap of a frame's length", () => {
    const axis = mediaAxis([stretch(1, 0, 5_000), stretch(2, 5_040, 9_000)], []);
    expect(axis.parts.map((part) => part.kind)).toEqual(["stretch", "stretch"]);
  });

  it("lets the later stretch win where two overlap", () => {
    const axis = mediaAxis([stretch(1, 0, 12_000), stretch(2, 10_000, 20_000)], []);
    expect(axis.parts.map((part) => [part.fromMs, part.toMs])).toEqual([
      [0, 10_000],
      [10_000, 20_000],
    ]);
  });

  it("leaves out a stretch without media, and is empty without any", () => {
    expect(mediaAxis([stretch(1, 0, 0)], [])).toEqual({ parts: [], durationMs: 0 });
  });
});

describe("places on the axis", () => {
  it("finds the part of a moment, and the last one past the end", () => {
    expect(partAt(two, 0)).toMatchObject({ stretch: 1 });
    expect(partAt(two, 19_999)).toMatchObject({ stretch: 1 });
    expect(partAt(two, 20_000)).toMatchObject({ kind: "gap" });
    expect(partAt(two, 30_000)).toMatchObject({ stretch: 2 });
    expect(partAt(two, 99_000)).toMatchObject({ stretch: 2 });
    expect(partAt({ parts: [], durationMs: 0 }, 5)).toBeNull();
  });

  it("maps media time to the file's own seconds and back", () => {
    const second = partAt(two, 30_000) as AxisStretch;
    for (const atMs of [30_000, 31_234, 49_999]) {
      expect(axisMs(second, fileSeconds(second, atMs))).toBeCloseTo(atMs, 6);
    }
    expect(fileSeconds(second, 35_000)).toBe(5);
    expect(fileSeconds(second, 10)).toBe(0);
    expect(axisMs(second, 500)).toBe(50_000);
  });

  it("walks over the gap to the next stretch", () => {
    const [first, gap, last] = two.parts;
    expect(partAfter(two, first as AxisStretch)).toBe(gap);
    expect(partAfter(two, gap as AxisStretch)).toBe(last);
    expect(partAfter(two, last as AxisStretch)).toBeNull();
  });

  it("keeps a moment on the axis", () => {
    expect(clamped(two, -5)).toBe(0);
    expect(clamped(two, 60_000)).toBe(50_000);
  });
});
