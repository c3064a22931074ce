import type { Event, StepOutline, Text } from "@wire/wire";

export type StepState = "open" | "running" | "done" | "failed";

/** A step as staff see it: folded from the timeline. */
export interface StepRow {
  readonly id: string;
  readonly title: Text | null;
  readonly state: StepState;
  readonly attempts: number;
  /** Where its latest attempt begins in the recording. */
  readonly atMs: number | null;
}

/** Every step of the script in order, with what the timeline says of it. */
export function stepRows(outline: readonly StepOutline[], events: readonly Event[]): StepRow[] {
  const rows = new Map<string, StepRow>(
    outline.map((step) => [
      step.id,
      { id: step.id, title: step.title, state: "open", attempts: 0, atMs: null },
    ]),
  );
  for (const event of events) {
    const payload = event.payload;
    const state = stateAfter(payload.type);
    if (state === null || !("step_id" in payload) || payload.step_id === null) continue;
    const row = rows.get(payload.step_id) ?? blank(payload.step_id);
    const begins = payload.type === "step.begun";
    rows.set(payload.step_id, {
      ...row,
      state,
      attempts: begins ? row.attempts + 1 : row.attempts,
      atMs: begins ? event.media_time_ms : row.atMs,
    });
  }
  return [...rows.values()];
}

function stateAfter(type: Event["payload"]["type"]): StepState | null {
  if (type === "step.begun") return "running";
  if (type === "step.completed") return "done";
  return type === "step.failed" ? "failed" : null;
}

function blank(id: string): StepRow {
  return { id, title: null, state: "open", attempts: 0, atMs: null };
}
