import type { Outcome, SessionPhase, SessionSummary } from "@wire/wire";

/** Colour only for what needs a hand. */
export type Tone = "plain" | "live" | "good" | "warning" | "danger";

export const PHASES: readonly SessionPhase[] = [
  "created",
  "joined",
  "recording",
  "interrupted",
  "staffed",
  "closed",
  "sealed",
];

const TONE_OF_PHASE: Record<SessionPhase, Tone> = {
  created: "plain",
  joined: "plain",
  recording: "live",
  interrupted: "warning",
  staffed: "warning",
  closed: "plain",
  sealed: "plain",
};

const TONE_OF_OUTCOME: Record<Outcome, Tone> = {
  complete: "good",
  needs_review: "warning",
  incomplete: "danger",
};

export function phaseTone(summary: SessionSummary): Tone {
  return TONE_OF_PHASE[summary.phase];
}

export function outcomeTone(outcome: Outcome): Tone {
  return TONE_OF_OUTCOME[outcome];
}
