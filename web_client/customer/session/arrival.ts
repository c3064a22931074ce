import { codeInFragment } from "./invitation_code";

/** With what the page was opened: its address's fragment, which never reaches a log. */
export type Arrival =
  | { kind: "invitation"; code: string }
  | { kind: "handover"; code: string; way: "link" | "qr" }
  | { kind: "digits" }
  | { kind: "nothing" };

const HANDOVER = /^#?([hq])\.([A-Za-z0-9_-]{8,64})$/;
/** Where the short address leads: digits of a hand-over are typed there. */
const DIGITS = /^#?enter$/;

export function arrivalIn(hash: string): Arrival {
  const handover = HANDOVER.exec(hash);
  if (handover?.[1] !== undefined && handover[2] !== undefined) {
    return { kind: "handover", code: handover[2], way: handover[1] === "q" ? "qr" : "link" };
  }
  if (DIGITS.test(hash)) return { kind: "digits" };
  const code = codeInFragment(hash);
  return code === null ? { kind: "nothing" } : { kind: "invitation", code };
}
