import type { Assurance } from "@wire/wire";

import type { Abilities } from "./abilities";

/** needed: here it cannot be done; advised: it may, but worse; none: all is well here. */
export type HandoverNeed = "none" | "advised" | "needed";

/** Whether the session had better go on in the phone's own browser. */
export function handoverNeed(abilities: Abilities, minimum: Assurance): HandoverNeed {
  const mustConfirmHere = minimum === "webauthn_user_verified";
  if (!abilities.canRecord || (mustConfirmHere && !abilities.canConfirm)) return "needed";
  return abilities.insideAnApp ? "advised" : "none";
}
