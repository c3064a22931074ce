import type { Cue } from "@wire/wire";

/** What of the prompt is on the screen now. */
export interface CaptionMoment {
  /** The caption, or empty in a pause before the first one. */
  text: string;
  /** How many of its characters were spoken. */
  spoken: number;
  index: number;
}

/** The caption at a time of the prompt, in milliseconds. A caption stays until the next begins. */
export function captionAt(cues: readonly Cue[], elapsedMs: number): CaptionMoment {
  let index = -1;
  cues.forEach((cue, position) => {
    if (cue.from_ms <= elapsedMs) index = position;
  });
  const cue = cues[index];
  if (cue === undefined) return { text: "", spoken: 0, index: -1 };
  const lengthMs = Math.max(1, cue.to_ms - cue.from_ms);
  const share = Math.min(1, (elapsedMs - cue.from_ms) / lengthMs);
  const characters = [...cue.text].length;
  return { text: cue.text, spoken: Math.round(characters * share), index };
}

/** A caption split where the voice is: by characters as people count them, not by code units. */
export function splitAt(text: string, spoken: number): [string, string] {
  const characters = [...text];
  return [characters.slice(0, spoken).join(""), characters.slice(spoken).join("")];
}

/** Minutes and seconds, as on a recorder: 02:41. */
export function clockOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}
