import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { InterruptionWatch } from "./interruption_watch";

describe("interruption", () => {
  let told: string[];
  let watch: InterruptionWatch;

  beforeEach(() => {
    vi.useFakeTimers();
    told = [];
    watch = new InterruptionWatch((interruption) => told.push(interruption));
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("says nothing before the session was whole once", () => {
    watch.broke();
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([]);
  });

  it("leaves a blip to the strip", () => {
    watch.mended();
    watch.broke();
    vi.advanceTimersByTime(1_000);
    watch.mended();
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([]);
  });

  it("tells of being away, of being back, and then steps aside", () => {
    watch.mended();
    watch.broke();
    watch.broke();
    vi.advanceTimersByTime(1_500);
    expect(told).toEqual(["away"]);
    watch.mended();
    expect(told).toEqual(["away", "back"]);
    vi.advanceTimersByTime(2_500);
    expect(told).toEqual(["away", "back", "none"]);
  });

  it("steps aside at a tap, and notices the next break", () => {
    watch.mended();
    watch.broke();
    vi.advanceTimersByTime(1_500);
    watch.mended();
    watch.seen();
    watch.broke();
    vi.advanceTimersByTime(1_500);
    expect(told).toEqual(["away", "back", "none", "away"]);
  });

  it("tells that it broke again while it was telling that it is back", () => {
    watch.mended();
    watch.broke();
    vi.advanceTimersByTime(1_500);
    watch.mended();
    watch.broke();
    vi.advanceTimersByTime(1_500);
    expect(told).toEqual(["away", "back", "away"]);
  });

  it("steps aside although it blipped while it was telling that it is back", () => {
    watch.mended();
    watch.broke();
    vi.advanceTimersByTime(1_500);
    watch.mended();
    watch.broke();
    vi.advanceTimersByTime(500);
    watch.mended();
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual(["away", "back", "none"]);
  });

  it("still notices a break that began before it was tapped away", () => {
    watch.mended();
    watch.broke();
    vi.advanceTimersByTime(1_500);
    watch.mended();
    watch.broke();
    watch.seen();
    vi.advanceTimersByTime(1_500);
    expect(told).toEqual(["away", "back", "none", "away"]);
  });
});
