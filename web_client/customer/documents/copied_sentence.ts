/** Where a copy first differs; `place` counts compared signs from 1. */
export interface CopyDifference {
  place: number;
  /** Empty: the copy goes on where the sentence ends. */
  expected: string;
  /** Empty: the copy ends too early. */
  found: string;
}

const DASHES = /[\u2010-\u2015\u2212\uff0d]/gu;
/** Between two digits these are part of a number: 4.35 is not 435. */
const NUMERIC_MARK = /[.\-/:~]/u;
const DIGIT = /\p{Nd}/u;
const COUNTS = /[^\p{P}\p{Z}\p{C}]|[%\u2030]/u;

/** What counts of words, as `shuanglu.script.sentences.compared_signs` has it. */
export function comparedSigns(words: string): string[] {
  const plain = [...words.normalize("NFKC").replace(DASHES, "-").toLowerCase()];
  return plain.filter((sign, at) => {
    if (COUNTS.test(sign)) return true;
    const [before, after] = [plain[at - 1] ?? "", plain[at + 1] ?? ""];
    return NUMERIC_MARK.test(sign) && DIGIT.test(before) && DIGIT.test(after);
  });
}

/** Where `copied` first differs from `wanted`; null when it does not. */
export function copyDifference(wanted: string, copied: string): CopyDifference | null {
  const expected = comparedSigns(wanted);
  const found = comparedSigns(copied);
  const longer = Math.max(expected.length, found.length);
  for (let at = 0; at < longer; at += 1) {
    if (expected[at] !== found[at]) {
      return { place: at + 1, expected: expected[at] ?? "", found: found[at] ?? "" };
    }
  }
  return null;
}
