import type { Finding, SpeechView } from "@wire/wire";

import { lineOfStep, lineOfVoice } from "./yaml_lines";

/** Why the speech cannot be rendered, as a key of the messages and what its sentence names. */
export function speechRefusal(
  speech: SpeechView,
): { key: string; places: Record<string, string> } | null {
  if (speech.state !== "refused") return null;
  return {
    key: `script_speech.${speech.refused_reason ?? "no_words"}`,
    places: { step: speech.refused_step ?? "" },
  };
}

/** The same as a finding, at the line of the voice or of the step, so that it leads there. */
export function speechFinding(
  speech: SpeechView | null,
  text: string,
  words: { zh: string; en: string },
): Finding | null {
  if (speech?.state !== "refused") return null;
  const step = speech.refused_step ?? "";
  const isVoice = speech.refused_reason === "no_voice";
  const line = isVoice ? lineOfVoice(text) : lineOfStep(text, step);
  return {
    level: "error",
    code: "unspeakable",
    reason: speech.refused_reason,
    line: line ?? 1,
    column: 1,
    path: isVoice ? "voice" : step,
    clause: null,
    params: { step },
    message: words,
  };
}
