/** The languages that every page speaks. Chinese comes first. */
export const LOCALES = ["zh", "en"] as const;
export type Locale = (typeof LOCALES)[number];

const STORED_UNDER = "shuanglu.locale";
const HTML_LANG: Record<Locale, string> = { zh: "zh-CN", en: "en" };

export function isLocale(value: unknown): value is Locale {
  return LOCALES.some((locale) => locale === value);
}

/** What the person chose before, else what the browser asks for, else Chinese. */
export function initialLocale(storage: Storage, languages: readonly string[]): Locale {
  const stored = storage.getItem(STORED_UNDER);
  if (isLocale(stored)) return stored;
  const first = languages[0] ?? "zh";
  return first.startsWith("zh") || !first.startsWith("en") ? "zh" : "en";
}

/** Remembers the choice and tells assistive technology. */
export function applyLocale(locale: Locale, storage: Storage, root: HTMLElement): void {
  storage.setItem(STORED_UNDER, locale);
  root.lang = HTML_LANG[locale];
}
