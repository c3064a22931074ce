import { beforeEach, describe, expect, it } from "vitest";

import { applyLocale, initialLocale, initialLocaleOf } from "./locale";

const SPOKEN = ["zh", "zh-HK", "en"] as const;

beforeEach(() => {
  localStorage.clear();
});

describe("the page's language", () => {
  it.each([
    ["zh-CN", "zh"],
    ["zh", "zh"],
    ["zh-HK", "zh-HK"],
    ["zh-TW", "zh-HK"],
    ["zh-Hant-MO", "zh-HK"],
    ["en-GB", "en"],
    ["fr", "zh"],
  ])("is for a browser of %s: %s", (language, locale) => {
    expect(initialLocaleOf(SPOKEN, localStorage, [language])).toBe(locale);
  });

  it("is kept, and told to assistive technology", () => {
    const root = document.createElement("html");
    applyLocale("zh-HK", localStorage, root);
    expect(root.lang).toBe("zh-HK");
    expect(initialLocaleOf(SPOKEN, localStorage, ["en"])).toBe("zh-HK");
  });

  it("is Chinese on a page that does not speak what was chosen on another", () => {
    applyLocale("zh-HK", localStorage, document.createElement("html"));
    expect(initialLocale(localStorage, ["en"])).toBe("en");
    expect(initialLocale(localStorage, ["zh-TW"])).toBe("zh");
  });
});
