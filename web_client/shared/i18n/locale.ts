/** The languages that every page speaks. Chinese comes first. */
export const LOCALES = ["zh", "en"] as const;
export type Locale = (typeof LOCALES)[number];

/** By their tags for `lang`; a page may speak more of them than the two of every page. */
const HTML_LANG = { zh: "zh-CN", "zh-HK": "zh-HK", en: "en" } as const;
export type AnyLocale = keyof typeof HTML_LANG;
export type LanguageTag = (typeof HTML_LANG)[AnyLocale];

const STORED_UNDER = "shuanglu.locale";
/** Where Chinese is written in traditional characters (BCP 47). */
const TRADITIONAL = /^zh-(hk|mo|tw|hant)\b/i;

/** What the person chose before, else what the browser asks for, else Chinese. */
export function initialLocale(storage: Storage, languages: readonly string[]): Locale {
  return initialLocaleOf(LOCALES, storage, languages);
}

/** The same for a page that speaks other languages; it speaks Chinese (`zh`) at least. */
export function initialLocaleOf<L extends AnyLocale>(
  spoken: readonly L[],
  storage: Storage,
  languages: readonly string[],
): L {
  const stored = storage.getItem(STORED_UNDER);
  const wanted = [stored, askedFor(languages[0] ?? "zh"), "zh"];
  const found = wanted.flatMap((tag) => spoken.filter((locale) => locale === tag));
  if (found[0] === undefined) throw new Error("every page speaks Chinese");
  return found[0];
}

function askedFor(language: string): AnyLocale {
  if (TRADITIONAL.test(language)) return "zh-HK";
  return language.startsWith("en") ? "en" : "zh";
}

/** The tag that a page in this language carries. */
export function languageTag(locale: AnyLocale): LanguageTag {
  return HTML_LANG[locale];
}

/** Remembers the choice and tells assistive technology. */
export function applyLocale(locale: AnyLocale, storage: Storage, root: HTMLElement): void {
  storage.setItem(STORED_UNDER, locale);
  root.lang = HTML_LANG[locale];
}
