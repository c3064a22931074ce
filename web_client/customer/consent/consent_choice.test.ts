import { describe, expect, it } from "vitest";

import { outcomeOf, recordedOutcome } from "./consent_choice";

describe("consent", () => {
  it.each([
    [false, false, "cannot_go_on"],
    [false, true, "cannot_go_on"],
    [true, false, "staffed_route"],
    [true, true, "go_on"],
  ] as const)("recording %s and face %s: %s", (recording, face, outcome) => {
    expect(outcomeOf({ recording, face })).toBe(outcome);
  });

  it.each([
    [null, null, "not_asked"],
    [true, null, "not_asked"],
    [false, null, "cannot_go_on"],
    [true, false, "staffed_route"],
    [true, true, "go_on"],
  ] as const)("in the record as %s and %s: %s", (recording, face, outcome) => {
    expect(recordedOutcome(recording, face)).toBe(outcome);
  });
});
