import type { Event, ScreenGap, ScreenUnavailable } from "@wire/wire";

/** What a record holds of the customer's screen. Times are media time in milliseconds. */
export interface ScreenFacts {
  /** Number of the last stored piece; 0 without any. */
  readonly pieces: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly gaps: readonly ScreenGap[];
  readonly unavailable: ScreenUnavailable["reason"] | null;
}

/** Why nothing is shown of the screen at a moment; null where it is recorded. */
export type ScreenSilence = ScreenGap["reason"] | "not_begun" | "over" | null;

/** A customer's page counts seconds: it never stands still as long as this, in milliseconds. */
const STANDS_STILL_MS = 5_000;

export function screenFacts(events: readonly Event[]): ScreenFacts {
  let pieces = 0;
  let fromMs = 0;
  let toMs = 0;
  let unavailable: ScreenFacts["unavailable"] = null;
  const gaps: ScreenGap[] = [];
  for (const { payload } of events) {
    if (payload.type === "screen.stored") {
      if (pieces === 0) fromMs = payload.from_ms;
      pieces = payload.piece;
      toMs = payload.to_ms;
    } else if (payload.type === "screen.gap") {
      gaps.push(payload);
    } else if (payload.type === "screen.unavailable") {
      unavailable = payload.reason;
    }
  }
  return { pieces, fromMs, toMs, gaps, unavailable };
}

export function silenceAt(facts: ScreenFacts, atMs: number, recording: boolean): ScreenSilence {
  if (atMs < facts.fromMs) return "not_begun";
  if (!recording && atMs > facts.toMs + STANDS_STILL_MS) return "over";
  return facts.gaps.find((gap) => gap.from_ms < atMs && atMs < gap.to_ms)?.reason ?? null;
}
