/** Checks of the card that have words of their own. */
const KNOWN = [
  "unreadable",
  "check_digit",
  "birth_date",
  "sex",
  "age",
  "expired",
  "not_yet_valid",
  "name_differs",
  "not_evaluated",
] as const;

export type CheckWord = (typeof KNOWN)[number] | "other";

/** Failed checks as keys of plain words, each once; a newer server's get calm words. */
export function checkWords(failed: readonly string[]): CheckWord[] {
  const words = failed.map((check) => KNOWN.find((known) => known === check) ?? "other");
  return [...new Set(words)];
}

/** Whether the number as read cannot stand: then it must be typed or the card shown again. */
export function numberIsWrong(failed: readonly string[]): boolean {
  return failed.includes("check_digit");
}
