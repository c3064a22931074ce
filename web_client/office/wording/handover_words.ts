import type { SessionHandedOver } from "@wire/wire";

import type { Say } from "./event_words";

/** From which kind of browser to which; another device after liveness is said, too. */
export function handoverWords(handed: SessionHandedOver, say: Say): string {
  const moved = say("event.session_handed_over", {
    from: say(`browser_kind.${handed.from_browser}`),
    to: say(`browser_kind.${handed.to_browser}`),
    way: say(`handover_way.${handed.way}`),
  });
  if (handed.device !== "other") return moved;
  return say(handed.liveness_passed ? "event.other_device_after_liveness" : "event.other_device", {
    moved,
  });
}
