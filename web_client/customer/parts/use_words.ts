import type { Text } from "@wire/wire";
import { useI18n } from "vue-i18n";

/** The script's own words in the page's language. Chinese is the one that counts. */
export function useWords(): { words: (text: Text) => string } {
  const { locale } = useI18n();
  return { words: (text) => (locale.value === "en" ? text.en : text.zh) };
}
