import type { AnyPayload, Event, FaceOutcome } from "@wire/wire";

import type { EventType } from "../wording/event_words";

/** The lanes under the player, in their order on the page. */
export const MARKER_KINDS = [
  "step",
  "prompt",
  "answer",
  "identity",
  "speech",
  "signature",
  "confirmation",
  "alert",
  "gap",
  "connection",
  "session",
  "storage",
] as const;
export type MarkerKind = (typeof MARKER_KINDS)[number];

/** Lanes drawn under the player. The other kinds are in the list only. */
export const LANE_KINDS = MARKER_KINDS.slice(0, 10);

/** Kinds that the list shows at first: storage comes every two seconds and hides the rest. */
export const KINDS_AT_FIRST: readonly MarkerKind[] = MARKER_KINDS.slice(0, 11);

export type MarkerTone = "plain" | "good" | "warning" | "danger";

/** One event's place on the axis. */
export interface Marker {
  readonly event: Event;
  readonly kind: MarkerKind;
  readonly tone: MarkerTone;
  /** Where it begins in media time; null before the recording began. */
  readonly fromMs: number | null;
  /** Where it ends; equal to `fromMs` for a moment. */
  readonly toMs: number | null;
}

/** Every type but the raw measurements: they are for replaying rules, not for reading. */
const KIND_OF: Record<EventType, MarkerKind | null> = {
  "observation.sampled": null,
  "speech.recognised": "speech",
  "phrase.heard": "speech",
  "identity.captured": "identity",
  "identity.read": "identity",
  "identity.confirmed": "identity",
  "face.compared": "identity",
  "liveness.challenged": "identity",
  "liveness.performed": "identity",
  "liveness.judged": "identity",
  "liveness.declined": "identity",
  "session.created": "session",
  "invitation.issued": "session",
  "invitation.redeemed": "session",
  "session.handed_over": "session",
  "consent.recorded": "session",
  "route.staffed": "alert",
  "device.checked": "session",
  "display.changed": "session",
  "recording.started": "session",
  "stretch.begun": "connection",
  "media.stored": "storage",
  "stretch.ended": "connection",
  "media.gap": "gap",
  "clocks.aligned": "storage",
  "screen.stored": "storage",
  "screen.gap": "gap",
  "screen.unavailable": "session",
  "customer.connected": "connection",
  "customer.disconnected": "connection",
  "observation.changed": "alert",
  "alert.raised": "alert",
  "alert.ended": "alert",
  "step.begun": "step",
  "prompt.started": "prompt",
  "prompt.played": "prompt",
  "prompt.interrupted": "prompt",
  "prompt.repeated": "prompt",
  "answer.heard": "answer",
  "answer.tapped": "answer",
  "answer.judged": "answer",
  "document.read": "answer",
  "key_sentence.marked": "answer",
  "suitability.checked": "answer",
  "questionnaire.answered": "answer",
  "still.captured": "answer",
  "talk.ended": "answer",
  "reading.claimed": "answer",
  "reading.heard": "speech",
  "signature.judged": "signature",
  "signature.made": "signature",
  "credential.registered": "confirmation",
  "statement.issued": "confirmation",
  "confirmation.signed": "confirmation",
  "step.completed": "step",
  "step.failed": "step",
  "script.stopped": "alert",
  "verdict.given": "session",
};

/**
 * One marker an event, in the order in which things happened. An observation is committed
 * a little after what it speaks of, so this is not always the order of the timeline.
 */
export function markersOf(events: readonly Event[]): Marker[] {
  const markers = events.flatMap((event) => {
    const kind = KIND_OF[event.payload.type];
    return kind === null ? [] : [{ event, kind, tone: toneOf(event.payload), ...placeOf(event) }];
  });
  return markers.sort((a, b) => (a.fromMs ?? -1) - (b.fromMs ?? -1));
}

/** The next marker after a moment among those shown; the way of the key M. */
export function markerAfter(markers: readonly Marker[], atMs: number): Marker | null {
  const later = markers.filter((marker) => marker.fromMs !== null && marker.fromMs > atMs + 1);
  return later.reduce<Marker | null>(
    (first, one) => (first === null || (one.fromMs ?? 0) < (first.fromMs ?? 0) ? one : first),
    null,
  );
}

/** The last marker at or before a moment: the one that the list shows as current. */
export function markerAt(markers: readonly Marker[], atMs: number): Marker | null {
  return markers.reduce<Marker | null>((best, one) => {
    if (one.fromMs === null || one.fromMs > atMs) return best;
    return best === null || (best.fromMs ?? 0) <= one.fromMs ? one : best;
  }, null);
}

function placeOf(event: Event): { fromMs: number | null; toMs: number | null } {
  const payload = event.payload;
  if ("from_ms" in payload) return { fromMs: payload.from_ms, toMs: payload.to_ms };
  if (payload.type === "identity.captured" || payload.type === "face.compared") {
    return { fromMs: payload.at_ms, toMs: payload.at_ms };
  }
  if (payload.type === "alert.ended") {
    return { fromMs: payload.until_ms, toMs: payload.until_ms };
  }
  if (payload.type === "alert.raised" || payload.type === "observation.changed") {
    return { fromMs: payload.since_ms, toMs: payload.since_ms };
  }
  return { fromMs: event.media_time_ms, toMs: event.media_time_ms };
}

/** How much of a hand an event needs. */
export function toneOf(payload: AnyPayload): MarkerTone {
  if (payload.type === "alert.raised") {
    return payload.severity === "severe" ? "danger" : "warning";
  }
  if (payload.type === "answer.judged") return payload.accepted ? "good" : "warning";
  if (payload.type === "signature.judged") return payload.outcome === "legible" ? "good" : "warning";
  if (payload.type === "signature.made") return payload.face === "present" ? "good" : "warning";
  if (payload.type === "phrase.heard") return payload.kind === "forbidden" ? "danger" : "good";
  if (payload.type === "face.compared") return FACE_TONE[payload.outcome];
  if (payload.type === "liveness.judged") return payload.outcome === "passed" ? "good" : "warning";
  if (payload.type === "identity.read" || payload.type === "identity.confirmed") {
    return payload.failed_checks.length > 0 ? "warning" : "good";
  }
  if (payload.type === "verdict.given") return payload.outcome === "complete" ? "good" : "warning";
  if (WARNING_TYPES.has(payload.type)) return "warning";
  return GOOD_TYPES.has(payload.type) ? "good" : "plain";
}

const FACE_TONE = {
  same: "good",
  unsure: "warning",
  other: "danger",
  not_evaluated: "warning",
} as const satisfies Record<FaceOutcome, MarkerTone>;

const GOOD_TYPES: ReadonlySet<EventType> = new Set<EventType>([
  "step.completed",
  "prompt.played",
  "confirmation.signed",
  "document.read",
  "key_sentence.marked",
]);
const WARNING_TYPES: ReadonlySet<EventType> = new Set<EventType>([
  "media.gap",
  "screen.gap",
  "screen.unavailable",
  "step.failed",
  "prompt.interrupted",
  "route.staffed",
  "customer.disconnected",
]);
