import { keysOf, type Messages, placesOf } from "@shared/i18n/create";
import { describe, expect, it } from "vitest";

import { en } from "./en";
import { zh } from "./zh";

function messageAt(messages: Messages, key: string): string {
  const value = key
    .split(".")
    .reduce<string | Messages>((tree, part) => (tree as Messages)[part] ?? "", messages);
  return typeof value === "string" ? value : "";
}

describe("messages", () => {
  it("has the same keys in both languages", () => {
    expect(keysOf(en)).toEqual(keysOf(zh));
  });

  it.each(keysOf(zh))("%s is said in both, with the same places to fill", (key) => {
    expect(messageAt(zh, key)).not.toBe("");
    expect(messageAt(en, key)).not.toBe("");
    expect(placesOf(messageAt(en, key))).toEqual(placesOf(messageAt(zh, key)));
  });

  it("keeps Chinese sentences short, but for the words that are agreed to", () => {
    const long = keysOf(zh)
      .filter((key) => !key.endsWith("Detail"))
      .flatMap((key) => messageAt(zh, key).replace(/\{\w+\}/g, "…").split(/[。?!]/))
      .filter((sentence) => [...sentence].length > 24);
    expect(long).toEqual([]);
  });

  it("has nothing of special meaning to the message compiler", () => {
    const special = keysOf(zh).filter((key) =>
      /[@|]/.test(messageAt(zh, key) + messageAt(en, key)),
    );
    expect(special).toEqual([]);
  });
});
