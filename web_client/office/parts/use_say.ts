import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";

import type { Locale } from "@shared/i18n/locale";

import { problemWords, type ProblemWords } from "../api/problem_words";
import type { Say } from "../wording/event_words";
import { timeOfDayWords } from "../wording/format";

export interface Speech {
  say: Say;
  locale: ComputedRef<Locale>;
  problem(error: unknown): ProblemWords;
}

/** The page's words in the language that is chosen now. */
export function useSay(): Speech {
  const { t, te, locale } = useI18n();
  const current = computed(() => locale.value as Locale);
  const say: Say = Object.assign(
    (key: string, places: Record<string, string | number> = {}) => t(key, places),
    { has: (key: string) => te(key) },
  );
  return {
    say,
    locale: current,
    problem: (error) =>
      problemWords(error, say, (seconds) =>
        timeOfDayWords(new Date(Date.now() + seconds * 1000), current.value),
      ),
  };
}
