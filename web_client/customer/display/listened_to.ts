import type { StepView } from "@wire/wire";

const LISTENED_TO: readonly StepView["kind"][] = [
  "question",
  "consent",
  "summary",
  "talk",
  "liveness",
];

/** Kinds of step in which what the microphone hears counts as the customer's voice. */
export function isListenedTo(kind: StepView["kind"]): boolean {
  return LISTENED_TO.includes(kind);
}
