import type { Cue } from "@wire/wire";

import type { PlayingPrompt } from "../journey/live_state";

/** The voice leaves the loudspeaker about this long after it was announced: network and buffer. */
const PLAY_OUT_MS = 250;
/** Counters are read ten times a second; past this a reading says nothing of now. */
const READING_HOLDS_MS = 400;

/**
 * Where the voice is in the prompt, in milliseconds: by what the phone really played, and by the
 * clock only while it has not counted anything (or never does, as some browsers).
 */
export function positionMs(prompt: PlayingPrompt, now: number): number {
  const { playedMs, playedAt, startedAt, durationMs } = prompt;
  const position =
    playedMs === null
      ? now - startedAt - PLAY_OUT_MS
      : playedMs + Math.min(now - playedAt, READING_HOLDS_MS);
  return Math.max(0, Math.min(position, durationMs));
}

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

/**
 * Up to where a caption is lit: to the end of the word that the voice is in. Where words begin
 * within a piece is not measured (the voice's model tells no times): it is paced by characters
 * between the piece's own times, which are. Without a segmenter characters do.
 */
export function spokenWords(text: string, spoken: number): number {
  if (spoken === 0 || !("Segmenter" in Intl)) return spoken;
  let end = 0;
  for (const { segment } of new Intl.Segmenter("zh", { granularity: "word" }).segment(text)) {
    if (end >= spoken) break;
    end += [...segment].length;
  }
  return end;
}

/** Minutes and seconds, as on a recorder: 02:41. */
export function clockOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}
