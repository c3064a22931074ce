import { describe, expect, it } from "vitest";

import { GestureSequence } from "./gesture_sequence";

describe("the gestures of a challenge", () => {
  it("come on one after the other, as they are seen", () => {
    const sequence = new GestureSequence(3, 20_000, 5_000);
    sequence.seen(0, 6_000);
    sequence.seen(1, 7_200);
    sequence.seen(1, 7_900);
    sequence.seen(2, 9_000);
    expect(sequence.shownMs).toEqual([0, 2_200, 4_000]);
  });

  it("are over when all were seen", () => {
    const sequence = new GestureSequence(2, 20_000, 0);
    expect(sequence.isOver(1, 100)).toBe(false);
    expect(sequence.isOver(2, 100)).toBe(true);
    sequence.seen(2, 100);
    expect(sequence.shownMs).toEqual([0, 100]);
  });

  it("are over when the time is, and tell only what was shown", () => {
    const sequence = new GestureSequence(3, 20_000, 1_000);
    expect(sequence.isOver(0, 20_999)).toBe(false);
    expect(sequence.isOver(0, 21_000)).toBe(true);
    expect(sequence.shownMs).toEqual([0]);
  });

  it("counts patience for each gesture anew", () => {
    const sequence = new GestureSequence(2, 20_000, 0);
    expect(sequence.isSlow(5_999, 6_000)).toBe(false);
    expect(sequence.isSlow(6_000, 6_000)).toBe(true);
    sequence.seen(1, 6_100);
    expect(sequence.isSlow(6_200, 6_000)).toBe(false);
  });

  it("that were seen before the page was reloaded are not asked again", () => {
    const sequence = new GestureSequence(3, 20_000, 0);
    sequence.seen(2, 0);
    expect(sequence.shownMs).toEqual([0, 0, 0]);
  });
});
