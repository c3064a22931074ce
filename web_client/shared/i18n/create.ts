import { createI18n, type I18n } from "vue-i18n";

import type { AnyLocale } from "./locale";

/** Messages as nested objects of strings; `{name}` marks a place to fill. */
export interface Messages {
  [key: string]: string | Messages;
}

/** Builds a page's translations. Its languages have the same keys (tested). */
export function createPageI18n(
  locale: AnyLocale,
  messages: Partial<Record<AnyLocale, Messages>> & { zh: Messages },
): I18n<Record<string, never>, Record<string, never>, Record<string, never>, string, false> {
  return createI18n({
    legacy: false,
    locale,
    fallbackLocale: "zh",
    messages: messages as never,
  }) as never;
}

/** Every key of a tree of messages, dotted and sorted: for the test that compares languages. */
export function keysOf(messages: Messages, prefix = ""): string[] {
  return Object.entries(messages)
    .flatMap(([key, value]) =>
      typeof value === "string" ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
    )
    .sort();
}

/** The places to fill in a message, sorted: both languages must fill the same. */
export function placesOf(message: string): string[] {
  return [...message.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();
}
