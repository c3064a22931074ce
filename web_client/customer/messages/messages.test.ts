import { keysOf, type Messages, placesOf } from "@shared/i18n/create";
import { describe, expect, it } from "vitest";

import type { CUSTOMER_LOCALES } from "../display/locales";
import { en } from "./en";
import { zh } from "./zh";
import { zhHK } from "./zh-HK";

const SPOKEN: Record<(typeof CUSTOMER_LOCALES)[number], Messages> = { zh, "zh-HK": zhHK, en };
const OTHERS = Object.entries(SPOKEN).filter(([locale]) => locale !== "zh");

function messageAt(messages: Messages, key: string): string {
  const value = key
    .split(".")
    .reduce<string | Messages>((tree, part) => (tree as Messages)[part] ?? "", messages);
  return typeof value === "string" ? value : "";
}

describe("messages", () => {
  it.each(OTHERS)("has the keys of zh in %s, no fewer and no more", (_, messages) => {
    expect(keysOf(messages)).toEqual(keysOf(zh));
  });

  it.each(keysOf(zh))("%s is said in every language, with the same places to fill", (key) => {
    for (const messages of Object.values(SPOKEN)) {
      expect(messageAt(messages, key)).not.toBe("");
      expect(placesOf(messageAt(messages, key))).toEqual(placesOf(messageAt(zh, key)));
    }
  });

  it.each(["zh", "zh-HK"] as const)(
    "keeps Chinese sentences short, but for the words that are agreed to (%s)",
    (locale) => {
      const long = keysOf(zh)
        .filter((key) => !key.endsWith("Detail"))
        .flatMap((key) => messageAt(SPOKEN[locale], key).replace(/\{\w+\}/g, "…").split(/[。?!]/))
        .filter((sentence) => [...sentence].length > 24);
      expect(long).toEqual([]);
    },
  );

  it("has nothing of special meaning to the message compiler", () => {
    const special = keysOf(zh).filter((key) =>
      /[@|]/.test(Object.values(SPOKEN).map((messages) => messageAt(messages, key)).join("")),
    );
    expect(special).toEqual([]);
  });

  it("writes Hong Kong's Chinese in traditional characters and Hong Kong's words", () => {
    const said = JSON.stringify(zhHK);
    // Simplified forms that are common here and no traditional ones, and words of the mainland.
    expect(said).not.toMatch(/[这们请说录签网络门问题给还让进时间读写证认识脸码声启动机]/u);
    expect(said).not.toMatch(/麥克風|屏幕|短信|信息|攝像頭|質量|默認/);
  });

  it("names the machine's voice as the regulation does (REG-30)", () => {
    expect(zh.step.aiVoice).toBe("本语音由人工智能生成");
    expect(zhHK.step.aiVoice).toBe("本語音由人工智能生成");
    expect(en.step.aiVoice).toContain("AI-generated");
  });
});
