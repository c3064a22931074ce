import { describe, expect, it } from "vitest";

import { timeLeft } from "./time_left";

const AT = "2026-11-26T12:00:00Z";
const at = Date.parse(AT);

describe("timeLeft", () => {
  it.each([
    [at - 1_000, false, "00:01"],
    [at - 1_798_500, false, "29:58"],
    [at - 7_199_000, false, "1:59:59"],
    [at, true, "00:00"],
    [at + 61_000, true, "01:01"],
  ])("tells what is left at %i", (now, isOver, words) => {
    expect(timeLeft(AT, now)).toEqual({ isOver, words });
  });
});
