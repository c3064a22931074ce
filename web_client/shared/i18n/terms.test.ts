import { describe, expect, it } from "vitest";

import { zh as customer } from "../../customer/messages/zh";
import { zh as office } from "../../office/messages/zh";
import { zh as verify } from "../../verify/messages/zh";

/** Words that were once used beside the agreed one: 回执 for the receipt, 记录编号 for its number. */
const REPLACED = ["凭证", "档案号"];

describe("one term for one thing", () => {
  it.each(Object.entries({ customer, office, verify }))("holds on the pages of %s", (_, words) => {
    const said = JSON.stringify(words);
    expect(said).toContain("记录编号");
    expect(REPLACED.filter((word) => said.includes(word))).toEqual([]);
  });
});
