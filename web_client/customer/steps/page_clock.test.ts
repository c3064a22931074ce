import { beforeEach, describe, expect, it } from "vitest";

import { PageClock } from "./page_clock";

describe("reading time", () => {
  let now: number;
  let clock: PageClock;

  beforeEach(() => {
    now = 1_000;
    clock = new PageClock(2, 500, () => now);
  });

  it("counts only the page that is in view", () => {
    clock.show(0);
    now += 700.9;
    clock.show(1);
    now += 200;
    clock.show(null);
    now += 9_000;
    expect(clock.seenMs).toEqual([700, 200]);
  });

  it("calls a page read when it was there long enough and its end was seen", () => {
    clock.show(0);
    now += 499;
    clock.endSeen(0);
    expect(clock.isRead(0)).toBe(false);
    now += 1;
    expect(clock.isRead(0)).toBe(true);
  });

  it("does not call a page read whose end was not seen", () => {
    clock.show(0);
    now += 5_000;
    expect(clock.isRead(0)).toBe(false);
  });

  it("is done when every page is", () => {
    for (const page of [0, 1]) {
      expect(clock.isWholeRead).toBe(false);
      clock.show(page);
      clock.endSeen(page);
      now += 500;
    }
    expect(clock.isWholeRead).toBe(true);
  });

  it("ignores a page that there is not", () => {
    clock.endSeen(7);
    expect(clock.isRead(7)).toBe(false);
    expect(clock.seenMs).toHaveLength(2);
  });
});
