import type { StepView } from "@wire/wire";

const LISTENED_TO: readonly StepView["kind"][] = [
  "question",
  "consent",
  "summary",
  "talk",
  "liveness",
];

/** Whether what the microphone hears in this step counts as the voice of who must speak. */
export function isListenedTo(step: Pick<StepView, "kind" | "reading">): boolean {
  return step.reading !== null || LISTENED_TO.includes(step.kind);
}
