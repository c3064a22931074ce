import { describe, expect, it } from "vitest";

import { captionAt, clockOf, positionMs, spokenWords, splitAt } from "./captions";

const CUES = [
  { from_ms: 200, to_ms: 1200, text: "不是银行存款。" },
  { from_ms: 1500, to_ms: 2500, text: "产品不保本。" },
];

describe("captions", () => {
  it("shows nothing before the voice begins", () => {
    expect(captionAt(CUES, 0)).toEqual({ text: "", spoken: 0, index: -1 });
  });

  it("counts the characters that were spoken", () => {
    expect(captionAt(CUES, 200)).toEqual({ text: CUES[0]?.text, spoken: 0, index: 0 });
    expect(captionAt(CUES, 700).spoken).toBe(4);
    expect(captionAt(CUES, 1200).spoken).toBe(7);
  });

  it("keeps a caption through the pause, and the last one after the end", () => {
    expect(captionAt(CUES, 1400)).toMatchObject({ index: 0, spoken: 7 });
    expect(captionAt(CUES, 99_000)).toMatchObject({ index: 1, spoken: 6 });
  });

  it("survives a caption without length and a prompt without captions", () => {
    expect(captionAt([{ from_ms: 5, to_ms: 5, text: "好" }], 5).spoken).toBe(0);
    expect(captionAt([], 100).text).toBe("");
  });

  it("lights whole words, up to the one that the voice is in", () => {
    const text = "不是银行存款。";
    for (let spoken = 0; spoken <= 7; spoken += 1) {
      const lit = spokenWords(text, spoken);
      expect(lit).toBeGreaterThanOrEqual(spoken);
      // 银行 and 存款 are lit as wholes: never up to between their two characters.
      expect([3, 5]).not.toContain(lit);
    }
    expect(spokenWords(text, 0)).toBe(0);
    expect(spokenWords(text, 7)).toBe(7);
    expect(spokenWords("", 0)).toBe(0);
  });

  it("follows what the phone played, not the clock", () => {
    const prompt = {
      stepId: "risk",
      attempt: 1,
      startedAt: 1_000,
      durationMs: 9_000,
      playedMs: null,
      playedAt: 0,
    };
    expect(positionMs(prompt, 1_100)).toBe(0);
    expect(positionMs(prompt, 2_250)).toBe(1_000);
    // It stood still in the network meanwhile: the captions wait as well.
    const stalled = { ...prompt, playedMs: 500, playedAt: 2_200 };
    expect(positionMs(stalled, 2_250)).toBe(550);
    expect(positionMs(stalled, 9_999)).toBe(900);
    expect(positionMs({ ...stalled, playedMs: 99_999 }, 9_999)).toBe(9_000);
  });

  it("never cuts a character in two", () => {
    expect(splitAt("𠮷祥如意", 1)).toEqual(["𠮷", "祥如意"]);
  });

  it.each([
    [0, "00:00"],
    [161_999, "02:41"],
    [-5, "00:00"],
    [3_600_000, "60:00"],
  ])("writes %s ms as %s", (milliseconds, text) => {
    expect(clockOf(milliseconds)).toBe(text);
  });
});
