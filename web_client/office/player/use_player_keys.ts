import { onMounted, onScopeDispose } from "vue";

import type { Player } from "./use_player";

const SHORT_STEP_MS = 5_000;
const LONG_STEP_MS = 10_000;

/** Elements that have a use of their own for a key. */
const TYPING = "input, textarea, select, [contenteditable], [role=combobox], .el-overlay";
const PRESSING = "button, a, summary, [role=button]";

/**
 * The keys of the player, wherever the focus is on its page: space and K play and pause,
 * ← → five seconds, J L ten seconds, M the next marker.
 */
export function usePlayerKeys(player: Player, nextMarker: () => void): void {
  const actions: Record<string, () => void> = {
    " ": () => {
      player.toggle();
    },
    k: () => {
      player.toggle();
    },
    arrowleft: () => {
      player.step(-SHORT_STEP_MS);
    },
    arrowright: () => {
      player.step(SHORT_STEP_MS);
    },
    j: () => {
      player.step(-LONG_STEP_MS);
    },
    l: () => {
      player.step(LONG_STEP_MS);
    },
    m: nextMarker,
  };

  function pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest(TYPING)) return;
    if (event.key === " " && target?.closest(PRESSING)) return;
    const action = actions[event.key.toLowerCase()];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  onMounted(() => {
    document.addEventListener("keydown", pressed);
  });
  onScopeDispose(() => {
    document.removeEventListener("keydown", pressed);
  });
}
