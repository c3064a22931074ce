/** The alerts that the customer can do something about, most pressing first. */
export const GUIDANCE_CODES = [
  // Nothing can be seen or heard at all.
  "picture_black",
  "picture_covered",
  "picture_frozen",
  "picture_looped",
  "sound_silent",
  // Who is there.
  "face_missing",
  "several_faces",
  "other_face",
  // What happens just now, and is over soon.
  "voice_over_prompt",
  "other_voice",
  "playback_failed",
  "saving_delayed",
  // How well it can be seen: light first, since the rest follows from it.
  "too_dark",
  "too_bright",
  "face_covered",
  "face_edge",
  "face_small",
  "blurred",
  "eyes_closed",
  "looking_away",
  "still_long",
  // How well it can be heard.
  "too_quiet",
  "noisy",
  "clipped",
] as const;

/** What has gone on for long is said in the same words. */
const SAME_WORDS: Readonly<Record<string, GuidanceCode>> = {
  face_missing_long: "face_missing",
  sound_silent_long: "sound_silent",
};

/** Alerts about our own side, or for staff to judge: the customer is not troubled with them. */
const NOT_THE_CUSTOMERS: readonly string[] = [
  "observer_down",
  "sound_not_observed",
  "words_not_evaluated",
  "forbidden_phrase",
  "identity_unsure",
  "liveness_locked",
];

type GuidanceCode = (typeof GUIDANCE_CODES)[number];
export type GuidanceWord = GuidanceCode | "other";

/** One sentence at a time: the most pressing of the active codes; an unknown one gets calm words. */
export function guidanceWord(codes: readonly string[]): GuidanceWord | null {
  const active = codes.map((code) => SAME_WORDS[code] ?? code);
  const known = GUIDANCE_CODES.find((code) => active.includes(code));
  if (known !== undefined) return known;
  return active.some((code) => !NOT_THE_CUSTOMERS.includes(code)) ? "other" : null;
}
