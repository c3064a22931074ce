import { describe, expect, it } from "vitest";

import { zh } from "../messages/zh";
import { GUIDANCE_CODES, guidanceWord } from "./guidance_words";

describe("guidance", () => {
  it("is silent when nothing is the matter", () => {
    expect(guidanceWord([])).toBeNull();
  });

  it("says the most pressing thing only", () => {
    expect(guidanceWord(["several_faces", "picture_black"])).toBe("picture_black");
  });

  it("has calm words for a code of a newer server", () => {
    expect(guidanceWord(["hat_worn"])).toBe("other");
  });

  it("says nothing of what only we can mend", () => {
    expect(guidanceWord(["observer_down", "sound_not_observed"])).toBeNull();
  });

  it("has words for every code", () => {
    expect(GUIDANCE_CODES.filter((code) => !(code in zh.guidance))).toEqual([]);
  });
});
