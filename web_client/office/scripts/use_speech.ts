import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from "vue";

import type { SpeechView } from "@wire/wire";

const AGAIN_MS = 1500;

export interface SpeechState {
  speech: ShallowRef<SpeechView | null>;
  /** Somebody asked, and it is not there yet. */
  waiting: Ref<boolean>;
  trouble: ShallowRef<unknown>;
  /** Begin to render it, and ask again until it is there or refused. */
  prepare(): Promise<void>;
  forget(): void;
}

/** The server's own voice for a script: rendered when it is asked for. */
export function useSpeech(ask: () => Promise<SpeechView>): SpeechState {
  const speech = shallowRef<SpeechView | null>(null);
  const waiting = ref(false);
  const trouble = shallowRef<unknown>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let run = 0;

  async function prepare(): Promise<void> {
    clearTimeout(timer);
    run += 1;
    await look(run);
  }

  async function look(mine: number): Promise<void> {
    waiting.value = true;
    trouble.value = null;
    try {
      const found = await ask();
      if (mine !== run) return;
      speech.value = found;
      waiting.value = found.state === "rendering";
      if (waiting.value) timer = setTimeout(() => void look(mine), AGAIN_MS);
    } catch (error) {
      if (mine !== run) return;
      trouble.value = error;
      waiting.value = false;
    }
  }

  function forget(): void {
    run += 1;
    clearTimeout(timer);
    speech.value = null;
    waiting.value = false;
    trouble.value = null;
  }

  onScopeDispose(forget);
  return { speech, waiting, trouble, prepare, forget };
}
