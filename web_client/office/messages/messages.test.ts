import { describe, expect, it } from "vitest";

import { keysOf, placesOf, type Messages } from "@shared/i18n/create";

import { en } from "./en";
import { zh } from "./zh";

function messageOf(messages: Messages, key: string): string {
  const found = key
    .split(".")
    .reduce<string | Messages>((at, part) => (typeof at === "string" ? at : (at[part] ?? "")), messages);
  return typeof found === "string" ? found : "";
}

describe("words of the office", () => {
  it("are the same in both languages", () => {
    expect(keysOf(en)).toEqual(keysOf(zh));
  });

  it("fill the same places in both languages", () => {
    for (const key of keysOf(zh)) {
      expect(placesOf(messageOf(en, key)), key).toEqual(placesOf(messageOf(zh, key)));
    }
  });
});
