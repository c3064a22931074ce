import { describe, expect, it } from "vitest";

import { numberProblem, tidyNumber } from "./citizen_number";

const TODAY = new Date("2026-11-26T00:00:00Z");

describe("a citizen number as typed", () => {
  it("is sound: the example of GB 11643 itself", () => {
    expect(numberProblem("11010519491231002X", TODAY)).toBeNull();
  });

  it.each([
    ["", "length"],
    ["1101051949123100", "length"],
    ["11010519491231002XX", "length"],
    ["1101051949123100２X", "characters"],
    ["1101051949X2310020", "characters"],
    ["110105194913310029", "birth_date"],
    ["110105194902300020", "birth_date"],
    ["110105209912310020", "birth_date"],
    ["440524188001010014", "birth_date"],
    ["110105194912310021", "check_digit"],
    ["11010519491231020X", "check_digit"],
  ])("%s: %s", (number, problem) => {
    expect(numberProblem(number, TODAY)).toBe(problem);
  });

  it("finds any single digit that was read wrong", () => {
    const good = "11010519491231002X";
    for (let at = 0; at < 17; at += 1) {
      const wrong = good.slice(0, at) + String((Number(good[at]) + 1) % 10) + good.slice(at + 1);
      expect(numberProblem(wrong, TODAY)).not.toBeNull();
    }
  });

  it("takes what keyboards make of it", () => {
    expect(tidyNumber(" 110105 19491231 002x ")).toBe("11010519491231002X");
    expect(tidyNumber("１１０１０５194912310０2ｘ")).toBe("11010519491231002X");
  });
});
