const CHINESE = /\p{Script=Han}/u;
/** Text up to and with its punctuation, of half or full width. */
const CLAUSE = /[^,;:?!\uFF0C\uFF1B\uFF1A\uFF1F\uFF01\u3002]*[,;:?!\uFF0C\uFF1B\uFF1A\uFF1F\uFF01\u3002]+|[^,;:?!\uFF0C\uFF1B\uFF1A\uFF1F\uFF01\u3002]+/gu;

/**
 * A Chinese heading in the parts between its punctuation, so that a line can end there rather
 * than inside a word; Chinese has no spaces that would tell. Other languages stay whole.
 */
export function clauses(text: string): string[] {
  if (!CHINESE.test(text)) return [text];
  return text.match(CLAUSE) ?? [text];
}
