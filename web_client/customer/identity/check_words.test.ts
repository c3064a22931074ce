import { expect, it } from "vitest";

import { checkWords, numberIsWrong } from "./check_words";

it("says each failed check once, and a newer server's calmly", () => {
  expect(checkWords(["name_differs", "hologram", "expired", "sticker"])).toEqual([
    "name_differs",
    "other",
    "expired",
  ]);
  expect(checkWords([])).toEqual([]);
});

it.each([
  [["check_digit", "name_differs"], true],
  [["birth_date", "sex", "expired"], false],
  [[], false],
])("of %j says that the number must be typed: %s", (failed, wrong) => {
  expect(numberIsWrong(failed)).toBe(wrong);
});
