import type { DraftState, DraftView, VersionState } from "@wire/wire";

import type { Tone } from "../sessions/phase_tone";

export type DraftAction =
  | "save"
  | "submit"
  | "approve"
  | "reject"
  | "reopen"
  | "withdraw"
  | "publish";

/** What the state permits; the server has the same table and the last word. */
const PERMITTED: Record<DraftState, readonly DraftAction[]> = {
  draft: ["save", "submit", "withdraw"],
  submitted: ["approve", "reject", "reopen", "withdraw"],
  rejected: ["reopen", "withdraw"],
  approved: ["publish", "reopen", "withdraw"],
  published: [],
  withdrawn: [],
};

/** What this person may do with the draft now: nobody reviews what they wrote (four eyes). */
export function actionsFor(view: DraftView): readonly DraftAction[] {
  const found = PERMITTED[view.draft.state];
  if (!view.is_mine) return found;
  return found.filter((action) => action !== "approve" && action !== "reject");
}

/** Waits for another person: the page says so instead of showing dead buttons. */
export function waitsForAnother(view: DraftView): boolean {
  return view.draft.state === "submitted" && view.is_mine;
}

export const DRAFT_TONE: Record<DraftState, Tone> = {
  draft: "plain",
  submitted: "warning",
  rejected: "danger",
  approved: "live",
  published: "good",
  withdrawn: "plain",
};

export const VERSION_TONE: Record<VersionState, Tone> = {
  in_force: "good",
  future: "live",
  replaced: "plain",
  withdrawn: "danger",
};
