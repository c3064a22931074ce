import { describe, expect, it } from "vitest";

import { DARK, DARK_MS, FlashSequence } from "./flash_sequence";

const COLOURS = ["#ff0000", "#00ff00", "#0000ff"];

/** Plays it at the frames of a screen, and tells what was shown in which of them. */
function play(sequence: FlashSequence, frames: Iterable<number>): (string | null)[] {
  return Array.from(frames, (now) => sequence.frame(now));
}

function* every(frameMs: number, from = 1_000): Generator<number> {
  for (let at = from; at < from + 20_000; at += frameMs) yield at;
}

function runsOf(shown: (string | null)[]): [string | null, number][] {
  const runs: [string | null, number][] = [];
  for (const colour of shown) {
    const last = runs.at(-1);
    if (last?.[0] === colour) last[1] += 1;
    else runs.push([colour, 1]);
  }
  return runs;
}

describe("the colours of a flash challenge", () => {
  it("are shown in order between two darks, each for its frames", () => {
    const runs = runsOf(play(new FlashSequence(COLOURS, 500), every(1000 / 60)));
    expect(runs.map(([colour]) => colour)).toEqual([DARK, ...COLOURS, DARK, null]);
    expect(runs.slice(1, 4).map(([, frames]) => frames)).toEqual([30, 30, 30]);
  });

  it("are told as they really came on", () => {
    const sequence = new FlashSequence(COLOURS, 500);
    play(sequence, every(1000 / 60));
    expect(sequence.shownMs).toHaveLength(3);
    sequence.shownMs.forEach((at, no) => {
      expect(Math.abs(at - (DARK_MS + no * 500))).toBeLessThan(20);
    });
  });

  it("none is skipped and none cut short when the screen stalls", () => {
    const sequence = new FlashSequence(COLOURS, 500);
    const shown = play(sequence, [0, 600, 2_600, 2_700, 3_100, 3_500, 3_600, 4_300]);
    expect(shown).toEqual([DARK, ...["#ff0000", "#00ff00", "#00ff00", "#0000ff"], "#0000ff", DARK, null]);
    expect(sequence.shownMs).toEqual([600, 2_600, 3_100]);
  });

  it("shows the same colour twice as two shows", () => {
    const sequence = new FlashSequence(["#ffffff", "#ffffff"], 400);
    play(sequence, every(10));
    expect(sequence.shownMs).toEqual([600, 1_000]);
  });

  it("says how long it will take", () => {
    expect(new FlashSequence(COLOURS, 500).lengthMs).toBe(2 * DARK_MS + 1_500);
  });

  it("tells only what was shown when it is broken off", () => {
    const sequence = new FlashSequence(COLOURS, 500);
    play(sequence, [0, 300, 600]);
    expect(sequence.shownMs).toEqual([600]);
  });
});
