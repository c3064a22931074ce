import type { DraftState, DraftView } from "@wire/wire";
import { describe, expect, it } from "vitest";

import { actionsFor, waitsForAnother } from "./draft_actions";

function view(state: DraftState, isMine: boolean): DraftView {
  return {
    draft: {
      draft_id: "drf_1",
      script_id: "bank-new",
      state,
      revision: 1,
      created_by: "admin",
      changed_at: "2026-11-26T08:00:00Z",
      submitted_by: null,
      reviewed_by: null,
      comment: null,
      version: null,
    },
    text: "",
    next_version: 1,
    in_force_version: null,
    written_by: ["admin"],
    is_mine: isMine,
  };
}

describe("what may be done with a draft", () => {
  it("is no review by who wrote it", () => {
    expect(actionsFor(view("submitted", true))).toEqual(["reopen", "withdraw"]);
    expect(actionsFor(view("submitted", false))).toContain("approve");
    expect(waitsForAnother(view("submitted", true))).toBe(true);
    expect(waitsForAnother(view("submitted", false))).toBe(false);
  });

  it("is no writing once it was submitted", () => {
    for (const state of ["submitted", "approved", "published", "withdrawn"] as const) {
      expect(actionsFor(view(state, true))).not.toContain("save");
    }
  });

  it("is publishing only after an approval", () => {
    const states = ["draft", "submitted", "rejected", "approved", "published", "withdrawn"] as const;
    const publishing = states.filter((state) => actionsFor(view(state, false)).includes("publish"));
    expect(publishing).toEqual(["approved"]);
  });
});
