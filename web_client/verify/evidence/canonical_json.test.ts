// @vitest-environment node
import { describe, expect, it } from "vitest";

import { fixtureText } from "../fixtures/read_fixture";
import { canonicalJson, type JsonValue } from "./canonical_json";

const cases = JSON.parse(fixtureText("canonical.json")) as { json: string; canonical: string }[];

describe("canonicalJson", () => {
  it.each(cases)("writes what Python's rfc8785 writes: $canonical", ({ json, canonical }) => {
    expect(canonicalJson(JSON.parse(json) as JsonValue)).toBe(canonical);
  });

  it.each([NaN, Infinity, 2 ** 53])("refuses a number that is not exact: %s", (value) => {
    expect(() => canonicalJson(value)).toThrow(RangeError);
  });

  it("refuses text that is not Unicode, also as a key", () => {
    expect(() => canonicalJson("\ud800")).toThrow(RangeError);
    expect(() => canonicalJson({ "\udc00": 1 })).toThrow(RangeError);
  });
});
