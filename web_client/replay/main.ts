import "@rrweb/replay/dist/style.css";
import "./replay.css";

import { isToReplay, type FromReplay } from "./protocol";
import { ReplayedScreen } from "./screen";

/**
 * The frame in which the customer's screen is replayed. It stands apart because what a phone
 * recorded is put into a document here: this page can reach nothing, and its styles are its own.
 */
const root = document.getElementById("screen");

function tell(message: FromReplay): void {
  parent.postMessage(message, location.origin);
}

if (root !== null && parent !== window) {
  const screen = new ReplayedScreen(root, () => {
    tell({ kind: "shown" });
  });
  window.addEventListener("message", ({ source, origin, data }: MessageEvent<unknown>) => {
    if (source !== parent || origin !== location.origin || !isToReplay(data)) return;
    if (data.kind === "lines") screen.add(data.lines);
    else screen.show(data);
  });
  tell({ kind: "ready" });
}
