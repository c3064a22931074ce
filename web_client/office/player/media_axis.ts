import type { Event, MediaGap, StretchView } from "@wire/wire";

/**
 * The one axis of a record: media time in milliseconds, on which every stretch (one video
 * file each) and every gap has its place. Pure: it never touches a video element.
 */
export type GapReason = MediaGap["reason"] | "unexplained";

/** A part of the axis that is filled by one video file. */
export interface AxisStretch {
  readonly kind: "stretch";
  readonly stretch: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Where this stretch's own file has its time 0, in media time. */
  readonly fileStartMs: number;
  readonly url: string;
  readonly contentType: string;
}

/** A part of the axis for which nothing was recorded. */
export interface AxisGap {
  readonly kind: "gap";
  readonly fromMs: number;
  readonly toMs: number;
  readonly reason: GapReason;
}

export type AxisPart = AxisStretch | AxisGap;

export interface MediaAxis {
  readonly parts: readonly AxisPart[];
  readonly durationMs: number;
}

/** Two stretches that are closer than this touch: a frame's length of nothing is no gap. */
export const TOUCHING_MS = 100;

/**
 * Lays stretches on the axis and fills what is between them with gaps. Where two stretches
 * overlap (a second phone took over), the later one is shown from where it begins.
 */
export function mediaAxis(
  stretches: readonly StretchView[],
  events: readonly Event[],
): MediaAxis {
  const ordered = stretches
    .filter((one) => one.end_ms > one.start_ms)
    .sort((a, b) => a.start_ms - b.start_ms || a.stretch - b.stretch);
  const reasons = gapEvents(events);
  const parts: AxisPart[] = [];
  let reached = 0;
  for (const [index, one] of ordered.entries()) {
    const next = ordered[index + 1];
    const toMs = next === undefined ? one.end_ms : Math.min(one.end_ms, next.start_ms);
    if (toMs <= one.start_ms) continue;
    if (one.start_ms - reached > TOUCHING_MS) {
      parts.push(gapBetween(reached, one.start_ms, reasons));
    }
    parts.push(placed(one, toMs));
    reached = toMs;
  }
  return { parts, durationMs: reached };
}

/** The part at a moment; beyond the end, the last one. Nothing on an empty axis. */
export function partAt(axis: MediaAxis, atMs: number): AxisPart | null {
  const found = axis.parts.findLast((part) => part.fromMs <= atMs);
  return found ?? axis.parts[0] ?? null;
}

/** The part after this one, if any. */
export function partAfter(axis: MediaAxis, part: AxisPart): AxisPart | null {
  return axis.parts[axis.parts.findIndex((one) => one.fromMs === part.fromMs) + 1] ?? null;
}

/** Media time → seconds in the stretch's own file. */
export function fileSeconds(part: AxisStretch, atMs: number): number {
  return (Math.min(Math.max(atMs, part.fromMs), part.toMs) - part.fileStartMs) / 1000;
}

/** Seconds in the stretch's own file → media time. */
export function axisMs(part: AxisStretch, seconds: number): number {
  return Math.min(part.fileStartMs + seconds * 1000, part.toMs);
}

/** A moment kept on the axis. */
export function clamped(axis: MediaAxis, atMs: number): number {
  return Math.min(Math.max(0, atMs), axis.durationMs);
}

/** Milliseconds recorded, and milliseconds of gaps. */
export function axisTotals(axis: MediaAxis): { recordedMs: number; gapMs: number } {
  const lengthOf = (kind: AxisPart["kind"]): number =>
    axis.parts
      .filter((part) => part.kind === kind)
      .reduce((sum, part) => sum + part.toMs - part.fromMs, 0);
  return { recordedMs: lengthOf("stretch"), gapMs: lengthOf("gap") };
}

function placed(one: StretchView, toMs: number): AxisStretch {
  return {
    kind: "stretch",
    stretch: one.stretch,
    fromMs: one.start_ms,
    toMs,
    fileStartMs: one.start_ms,
    url: one.url,
    contentType: one.content_type,
  };
}

function gapEvents(events: readonly Event[]): MediaGap[] {
  return events.map((event) => event.payload).filter((payload) => payload.type === "media.gap");
}

function gapBetween(fromMs: number, toMs: number, told: readonly MediaGap[]): AxisGap {
  const event = told.find((gap) => gap.from_ms < toMs && gap.to_ms > fromMs);
  return { kind: "gap", fromMs, toMs, reason: event?.reason ?? "unexplained" };
}
