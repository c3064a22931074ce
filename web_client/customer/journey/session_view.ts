import type { Bye, LiveStatus, Receipt, VerdictView } from "@wire/wire";

/** away: the connection is gone; back: it is there again and the customer is told. */
export type Interruption = "none" | "away" | "back";

export interface SessionFacts {
  live: LiveStatus | null;
  deviceReported: boolean;
  verdict: VerdictView | null;
  /** The customer has read that a step must be done again. */
  redoSeen: boolean;
  receipt: Receipt | null;
  interruption: Interruption;
  ended: Bye["reason"] | null;
}

export type SessionView =
  | "done"
  | "staffed"
  | "ended"
  | "interrupted"
  | "connecting"
  | "device_check"
  | "starting"
  | "redo"
  | "finishing"
  | "step";

/** Which screen the facts call for: the first that applies. */
export function sessionView(facts: SessionFacts): SessionView {
  const phase = facts.live?.phase;
  if (facts.receipt !== null || phase === "closed") return "done";
  if (phase === "staffed") return "staffed";
  if (facts.ended !== null) return "ended";
  if (facts.interruption !== "none") return "interrupted";
  if (phase === undefined) return "connecting";
  if (phase === "waiting") return facts.deviceReported ? "starting" : "device_check";
  if (facts.verdict?.outcome === "incomplete" && !facts.redoSeen) return "redo";
  return phase === "finishing" ? "finishing" : "step";
}
