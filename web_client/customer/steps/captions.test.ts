import { describe, expect, it } from "vitest";

import { captionAt, clockOf, splitAt } from "./captions";

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
