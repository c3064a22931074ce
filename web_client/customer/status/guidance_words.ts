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

export type GuidanceWord = (typeof GUIDANCE_CODES)[number] | "other";

/** One sentence at a time: the most pressing of the active codes; an unknown one gets calm words. */
export function guidanceWord(codes: readonly string[]): GuidanceWord | null {
  const known = GUIDANCE_CODES.find((code) => codes.includes(code));
  if (known !== undefined) return known;
  return codes.length > 0 ? "other" : null;
}
