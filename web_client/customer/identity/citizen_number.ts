/** What is wrong with a citizen number as typed; each has kind words. */
export type NumberProblem = "length" | "characters" | "birth_date" | "check_digit";

const LENGTH = 18;
/** GB 11643-1999: weight of each of the first 17 digits, and the check character per remainder. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS = "10X98765432";
const FULL_WIDTH_SHIFT = 0xfee0;

/** As it is written on the card: no spaces, half width, the X large. */
export function tidyNumber(typed: string): string {
  return typed
    .replace(/[\uFF10-\uFF19\uFF38\uFF58]/g, (wide) =>
      String.fromCharCode(wide.charCodeAt(0) - FULL_WIDTH_SHIFT),
    )
    .replace(/[\s-]/g, "")
    .toUpperCase();
}

/** The first thing that cannot be right, or null. The server checks again; this is for kindness. */
export function numberProblem(number: string, today: Date): NumberProblem | null {
  if (!/^[0-9X]*$/.test(number)) return "characters";
  if (number.length !== LENGTH) return "length";
  if (!/^[0-9]{17}[0-9X]$/.test(number)) return "characters";
  if (!isPastDate(number.slice(6, 14), today)) return "birth_date";
  return checkCharacter(number) === number.at(-1) ? null : "check_digit";
}

function checkCharacter(number: string): string | undefined {
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(number[at]), 0);
  return CHECK_CHARACTERS[sum % CHECK_CHARACTERS.length];
}

function isPastDate(digits: string, today: Date): boolean {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].map(Number);
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  const exists = date.getUTCMonth() === (month ?? 0) - 1 && date.getUTCDate() === day;
  return exists && (year ?? 0) >= 1900 && date.getTime() <= today.getTime();
}
