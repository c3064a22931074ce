const KNOWN = [
  "answer_refused",
  "voice_missing",
  "face_missing",
  "several_faces",
  "other_face",
  "identity_refused",
  "liveness_failed",
  "liveness_inconclusive",
  "interrupted",
  "media_missing",
  "customer_redo",
  "time_used_up",
  "talk_too_short",
  "reading_incomplete",
  "signature_illegible",
  "signature_other_name",
] as const;

export type RetryWord = (typeof KNOWN)[number] | "other";

/** Why the step is asked again, as a key of kind words; null when it is asked for the first time. */
export function retryWord(lastFailure: string | null): RetryWord | null {
  if (lastFailure === null) return null;
  return KNOWN.find((reason) => reason === lastFailure) ?? "other";
}
