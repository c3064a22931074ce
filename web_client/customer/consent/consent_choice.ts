/** Two separate choices, both off until the customer turns them on (REG-12, REG-28). */
export interface ConsentChoice {
  recording: boolean;
  face: boolean;
}

/** What follows from the choices: the way on, a person, or the kind end. */
export type ConsentOutcome = "go_on" | "staffed_route" | "cannot_go_on";

/**
 * Without recording there is no sale through this channel (REG-3, REG-22);
 * without face processing a person takes over (REG-29). Face alone changes nothing.
 */
export function outcomeOf(choice: ConsentChoice): ConsentOutcome {
  if (!choice.recording) return "cannot_go_on";
  return choice.face ? "go_on" : "staffed_route";
}

/** Where a session stands whose choices are already in the record. */
export function recordedOutcome(
  recording: boolean | null,
  face: boolean | null,
): ConsentOutcome | "not_asked" {
  if (recording === false) return "cannot_go_on";
  if (face === false) return "staffed_route";
  return recording === true && face === true ? "go_on" : "not_asked";
}
