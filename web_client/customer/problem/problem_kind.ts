import { ApiError } from "@shared/api/problem";

/** Every way in which the page cannot go on, each with its own words and next step. */
export type ProblemKind =
  | "no_link"
  | "link_unknown"
  | "link_used"
  | "link_expired"
  | "handover_refused"
  | "handed_over"
  | "too_many"
  | "session_over"
  | "finished"
  | "not_supported"
  | "offline"
  | "server";

const BY_CODE: Record<string, ProblemKind> = {
  no_link: "no_link",
  not_found: "link_unknown",
  invalid_input: "link_unknown",
  invitation_used: "link_used",
  invitation_expired: "link_expired",
  handover_refused: "handover_refused",
  handed_over: "handed_over",
  not_authenticated: "session_over",
  not_allowed: "session_over",
  timeline_closed: "finished",
  too_many_attempts: "too_many",
  offline: "offline",
};

/** The words for an error; one that nobody foresaw is the server's. */
export function problemKind(error: unknown): ProblemKind {
  return error instanceof ApiError ? (BY_CODE[error.code] ?? "server") : "server";
}

/** Problems that may pass by themselves: the screen offers to try again. */
export function mayPass(kind: ProblemKind): boolean {
  return kind === "offline" || kind === "server" || kind === "too_many";
}
