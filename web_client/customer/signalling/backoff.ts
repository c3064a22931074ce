const FIRST_MS = 300;
const LONGEST_MS = 8_000;

/**
 * How long to wait before attempt `tries` (from 0): doubling, with half of it random,
 * so that the phones of a whole branch do not come back in step.
 */
export function backoffMs(tries: number, random: () => number): number {
  const full = Math.min(FIRST_MS * 2 ** tries, LONGEST_MS);
  return full / 2 + (full / 2) * random();
}
