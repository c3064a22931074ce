import type { Event } from "@wire/wire";

import { toneOf, type MarkerKind, type MarkerTone } from "./markers";

/** A span drawn on a lane: an attempt at a step, a prompt, an alert, a gap. */
export interface LaneSpan {
  readonly kind: MarkerKind;
  readonly tone: MarkerTone;
  readonly fromMs: number;
  readonly toMs: number;
  /** The event that tells of it: what a click seeks to and a reader hears. */
  readonly event: Event;
}

interface Open {
  kind: MarkerKind;
  fromMs: number;
  event: Event;
}

/** Pairs beginnings with their ends. What never ended reaches to `untilMs`. */
export function laneSpans(events: readonly Event[], untilMs: number): LaneSpan[] {
  const open = new Map<string, Open>();
  const spans: LaneSpan[] = [];
  const end = (key: string, toMs: number, tone: MarkerTone): void => {
    const begun = open.get(key);
    if (begun === undefined) return;
    open.delete(key);
    spans.push({ ...begun, toMs: Math.max(toMs, begun.fromMs), tone });
  };
  for (const event of events) {
    const payload = event.payload;
    const atMs = event.media_time_ms;
    if (payload.type === "alert.raised") {
      open.set(`alert ${payload.alert}`, { kind: "alert", fromMs: payload.since_ms, event });
    } else if (payload.type === "alert.ended") {
      end(`alert ${payload.alert}`, payload.until_ms, "warning");
    } else if (payload.type === "speech.recognised" || payload.type === "phrase.heard") {
      const { from_ms: fromMs, to_ms: toMs } = payload;
      spans.push({ kind: "speech", fromMs, toMs, tone: toneOf(payload), event });
    } else if (payload.type === "observation.changed") {
      // What could not be checked is shown as long as it lasted, never left out.
      end(`blind ${payload.fact}`, payload.since_ms, "warning");
      if (payload.value === "not_evaluated") {
        open.set(`blind ${payload.fact}`, { kind: "alert", fromMs: payload.since_ms, event });
      }
    } else if (payload.type === "media.gap" || payload.type === "screen.gap") {
      const { from_ms: fromMs, to_ms: toMs } = payload;
      spans.push({ kind: "gap", fromMs, toMs, tone: "warning", event });
    } else if (atMs !== null) {
      stepAndPrompt(event, atMs, open, end);
    }
  }
  for (const key of [...open.keys()]) end(key, untilMs, "plain");
  return spans.sort((a, b) => a.fromMs - b.fromMs);
}

function stepAndPrompt(
  event: Event,
  atMs: number,
  open: Map<string, Open>,
  end: (key: string, toMs: number, tone: MarkerTone) => void,
): void {
  const payload = event.payload;
  if (payload.type === "step.begun") {
    open.set(`step ${payload.step_id}`, { kind: "step", fromMs: atMs, event });
  } else if (payload.type === "step.completed") {
    end(`step ${payload.step_id}`, atMs, "good");
  } else if (payload.type === "step.failed") {
    end(`step ${payload.step_id}`, atMs, "warning");
  } else if (payload.type === "prompt.started") {
    open.set(`prompt ${payload.step_id}`, { kind: "prompt", fromMs: atMs, event });
  } else if (payload.type === "prompt.played") {
    end(`prompt ${payload.step_id}`, atMs, "good");
  } else if (payload.type === "prompt.interrupted") {
    end(`prompt ${payload.step_id}`, atMs, "warning");
  }
}
