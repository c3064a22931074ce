import type { Event } from "@wire/wire";

/** What went wrong in a session, counted; all zero is a quiet session. */
export interface Incidents {
  gaps: number;
  gapMs: number;
  disconnections: number;
  alerts: number;
  failures: number;
}

/** Counts from the timeline. Hints that the phone gave by itself are not incidents. */
export function incidentsOf(events: readonly Event[]): Incidents {
  const found: Incidents = { gaps: 0, gapMs: 0, disconnections: 0, alerts: 0, failures: 0 };
  for (const { payload } of events) {
    if (payload.type === "media.gap") {
      found.gaps += 1;
      found.gapMs += payload.to_ms - payload.from_ms;
    } else if (payload.type === "customer.disconnected") found.disconnections += 1;
    else if (payload.type === "step.failed") found.failures += 1;
    else if (payload.type === "alert.raised" && payload.severity !== "guidance") found.alerts += 1;
  }
  return found;
}
