import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

/** REG-33: in elder mode no text is below 18 px, and a target is 60 px at least. */
const LEAST_TEXT_PX = 18;
const LEAST_TARGET_PX = 60;
const NARROWEST_PX = 320;
const CUSTOMER = join(import.meta.dirname, "..");
const THEME = readFileSync(join(CUSTOMER, "../shared/theme.css"), "utf8");

function stylesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(vue|css)$/.test(name))
    .map((name) => readFileSync(join(folder, name), "utf8"));
}

function variable(name: string, selector: RegExp): number {
  const block = [...THEME.matchAll(/([^{}]+)\{([^{}]*)\}/g)].find(([, head]) => selector.test(head ?? ""));
  const found = new RegExp(`${name}:\\s*(\\d+)px`).exec(block?.[2] ?? "");
  return Number(found?.[1]);
}

const REM_PX = variable("--sl-text", /^\s*(?:\/\*.*?\*\/\s*)?:root\[data-elder="on"\]\s*$/s);

const UNITS_PX: Record<string, number> = {
  px: 1,
  rem: REM_PX,
  em: REM_PX,
  vw: NARROWEST_PX / 100,
};

/** A length at the elder's text size on the narrowest phone; em is at least as much as rem here. */
function pixels(length: string): number {
  const [, number = "", unit = ""] = /^([\d.]+)(px|rem|em|vw)$/.exec(length.trim()) ?? [];
  return Number(number) * (UNITS_PX[unit] ?? Number.NaN);
}

function evaluated(value: string): number {
  const call = /^(min|max|clamp)\((.*)\)$/.exec(value.trim());
  if (call === null) return pixels(value);
  const [a = 0, b = 0, c = 0] = (call[2] ?? "").split(",").map(pixels);
  if (call[1] === "clamp") return Math.max(a, Math.min(b, c));
  return call[1] === "min" ? Math.min(a, b) : Math.max(a, b);
}

describe("elder mode's sizes", () => {
  const sizes = stylesBelow(CUSTOMER).flatMap((style) =>
    [...style.matchAll(/font-size:\s*([^;]+);/g)].map(([, value]) => value ?? ""),
  );

  it("finds the sizes that the pages use", () => {
    expect(REM_PX).toBe(24);
    expect(sizes.length).toBeGreaterThan(20);
  });

  it.each([...new Set(sizes)].filter((value) => !value.includes("var(")))(
    "%s is large enough to be read",
    (value) => {
      expect(evaluated(value)).toBeGreaterThanOrEqual(LEAST_TEXT_PX);
    },
  );

  it("makes every target large enough to be hit", () => {
    expect(variable("--sl-target", /:root:is\(.*data-elder="on"/)).toBe(LEAST_TARGET_PX);
  });
});
