import { describe, expect, it } from "vitest";

import { SessionClock } from "./session_clock";

describe("SessionClock", () => {
  it("knows nothing before the first answer", () => {
    expect(new SessionClock().isKnown).toBe(false);
  });

  it("puts an answer in the middle of its round trip", () => {
    const clock = new SessionClock();
    clock.learn(1_000, 1_200, 5_000);
    expect(clock.mediaMs(1_100)).toBe(5_000);
    expect(clock.mediaMs(2_100.4)).toBe(6_000);
  });

  it("keeps the quickest answer", () => {
    const clock = new SessionClock();
    clock.learn(0, 40, 520);
    clock.learn(1_000, 1_900, 1_600);
    expect(clock.mediaMs(1_000)).toBe(1_500);
    clock.learn(2_000, 2_010, 2_506);
    expect(clock.mediaMs(2_000)).toBe(2_501);
  });

  it("is never far in the future, however slow the answer", () => {
    const clock = new SessionClock();
    clock.learn(0, 10_000, 1_000);
    expect(clock.mediaMs(10_000)).toBe(1_500);
  });

  it("notices that a clock jumped, even from a slower answer", () => {
    const clock = new SessionClock();
    clock.learn(0, 20, 10);
    // The phone slept for a minute, and its clock with it.
    clock.learn(1_000, 1_400, 61_200);
    expect(clock.mediaMs(1_200)).toBe(61_200);
  });

  it("never goes below the recording's beginning", () => {
    const clock = new SessionClock();
    clock.learn(1_000, 1_000, 100);
    expect(clock.mediaMs(0)).toBe(0);
  });
});
