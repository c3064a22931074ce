/** The alerts that the customer can do something about, most pressing first. */
export const GUIDANCE_CODES = [
  "picture_black",
  "picture_frozen",
  "sound_silent",
  "face_missing",
  "several_faces",
  "playback_failed",
  "saving_delayed",
] as const;

/** Alerts about our own side: for the timeline and the office; the customer is not troubled. */
const NOT_THE_CUSTOMERS: readonly string[] = ["observer_down", "sound_not_observed"];

export type GuidanceWord = (typeof GUIDANCE_CODES)[number] | "other";

/** One sentence at a time: the most pressing of the active codes; an unknown one gets calm words. */
export function guidanceWord(codes: readonly string[]): GuidanceWord | null {
  const known = GUIDANCE_CODES.find((code) => codes.includes(code));
  if (known !== undefined) return known;
  return codes.some((code) => !NOT_THE_CUSTOMERS.includes(code)) ? "other" : null;
}
