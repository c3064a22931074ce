import type { Text } from "@wire/wire";
import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";

/**
 * The script's own words in the page's language. Chinese is the one that counts, and scripts have
 * no traditional Chinese: a page in it shows the words as they are and says which they are.
 */
export function useWords(): {
  words: (text: Text) => string;
  wordsLang: ComputedRef<string | undefined>;
} {
  const { locale } = useI18n();
  return {
    words: (text) => (locale.value === "en" ? text.en : text.zh),
    wordsLang: computed(() => (locale.value === "zh-HK" ? "zh-CN" : undefined)),
  };
}
