import { describe, expect, it } from "vitest";

import { comparedSigns, copyDifference } from "./copied_sentence";

/** As `tests/script/test_sentences.py` has it. */
const WANTED = "本人已充分了解,并愿意承担 4.35% 的风险。";

describe("a copied sentence", () => {
  it.each([
    WANTED,
    "本人已充分了解并愿意承担4.35%的风险",
    " 本人已充分了解,\n并愿意承担 4.35% 的风险! ",
    "本人已充分了解、并愿意承担４．３５％的风险.",
  ])("is the same whatever its spaces, marks and width: %s", (copied) => {
    expect(copyDifference(WANTED, copied)).toBeNull();
  });

  it.each([
    ["本人已充分了解并不愿意承担4.35%的风险", 9, "愿", "不"],
    ["本人已充分了解并愿意承担435%的风险", 14, ".", "3"],
    ["本人已充分了解并愿意承担4.35的风险", 17, "%", "的"],
    ["本人已充分了解", 8, "并", ""],
    [`${WANTED}吗`, 21, "", "吗"],
    ["", 1, "本", ""],
  ])("tells where %s differs", (copied, place, expected, found) => {
    expect(copyDifference(WANTED, copied)).toEqual({ place, expected, found });
  });

  it("keeps a range apart from a number", () => {
    expect(comparedSigns("10–20").join("")).toBe("10-20");
    expect(comparedSigns("前-后").join("")).toBe("前后");
  });
});
