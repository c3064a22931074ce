import { expect, it } from "vitest";

import { clauses } from "./clauses";

it.each([
  ["您清楚这不是存款,并且不保本吗?", ["您清楚这不是存款,", "并且不保本吗?"]],
  ["请签名,签名时请看着屏幕上方", ["请签名,", "签名时请看着屏幕上方"]],
  ["请准备好", ["请准备好"]],
  ["Please sign, and look up.", ["Please sign, and look up."]],
  ["", [""]],
])("parts %s", (text, parts) => {
  expect(clauses(text)).toEqual(parts);
});

it.each(["!请看", "。。。好", "甲,,乙"])("loses nothing of %s", (text) => {
  expect(clauses(text).join("")).toBe(text);
});
