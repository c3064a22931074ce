import { describe, expect, it } from "vitest";

import { keysOf } from "@shared/i18n/create";

import { PAGE_STEPS } from "../evidence/package_check";
import { en } from "./en";
import { zh } from "./zh";

describe("words of the public page", () => {
  it("are the same in both languages", () => {
    expect(keysOf(en)).toEqual(keysOf(zh));
  });

  it.each(PAGE_STEPS)("name the step %s", (step) => {
    expect(keysOf(zh)).toContain(`step.${step}`);
    expect(keysOf(zh)).toContain(`step_detail.${step}`);
  });
});
