import type { AnyLocale } from "@shared/i18n/locale";

/** The languages of the customer's page, each named in itself. Chinese is the one that counts. */
export const CUSTOMER_LOCALES = ["zh", "zh-HK", "en"] as const satisfies readonly AnyLocale[];
export type CustomerLocale = (typeof CUSTOMER_LOCALES)[number];

export const LOCALE_NAMES: Record<CustomerLocale, string> = {
  zh: "简体中文",
  "zh-HK": "繁體中文",
  en: "English",
};
