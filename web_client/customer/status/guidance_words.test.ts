import { describe, expect, it } from "vitest";

import { zh } from "../messages/zh";
import { GUIDANCE_CODES, guidanceWord } from "./guidance_words";

describe("guidance", () => {
  it("is silent when nothing is the matter", () => {
    expect(guidanceWord([])).toBeNull();
  });

  it("says the most pressing thing only", () => {
    expect(guidanceWord(["several_faces", "picture_black"])).toBe("picture_black");
    expect(guidanceWord(["looking_away", "face_covered", "too_dark"])).toBe("too_dark");
    expect(guidanceWord(["noisy", "other_voice"])).toBe("other_voice");
    expect(guidanceWord(["clipped", "face_missing"])).toBe("face_missing");
  });

  it("has calm words for a code of a newer server", () => {
    expect(guidanceWord(["hat_worn"])).toBe("other");
  });

  it.each([
    "observer_down",
    "sound_not_observed",
    "words_not_evaluated",
    "forbidden_phrase",
    "identity_unsure",
    "liveness_locked",
  ])("says nothing of %s, which the customer cannot mend", (code) => {
    expect(guidanceWord([code])).toBeNull();
    expect(guidanceWord([code, "face_small"])).toBe("face_small");
  });

  it("says the same when something goes on for long", () => {
    expect(guidanceWord(["face_missing_long"])).toBe("face_missing");
    expect(guidanceWord(["sound_silent_long", "sound_silent"])).toBe("sound_silent");
  });

  it("has words for every code", () => {
    expect(GUIDANCE_CODES.filter((code) => !(code in zh.guidance))).toEqual([]);
  });

  it("says it in at most twenty characters", () => {
    const long = GUIDANCE_CODES.filter((code) => [...zh.guidance[code]].length > 20);
    expect(long).toEqual([]);
  });
});
