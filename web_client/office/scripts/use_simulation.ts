import { onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from "vue";

import type { ScriptSimulation, SimulatedSale } from "@wire/wire";

import { scriptsApi } from "./scripts_api";

const QUIET_MS = 250;

/** Has the customer go through the text again whenever either of them changed. */
export function useSimulation(
  text: Ref<string>,
  isScript: Ref<boolean>,
  wanted: SimulatedSale,
): { result: ShallowRef<ScriptSimulation | null>; trouble: ShallowRef<unknown> } {
  const result = shallowRef<ScriptSimulation | null>(null);
  const trouble = shallowRef<unknown>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = new AbortController();

  async function ask(): Promise<void> {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const found = await scriptsApi.simulate(text.value, wanted, signal);
      if (signal.aborted) return;
      result.value = found;
      trouble.value = null;
    } catch (error) {
      if (!signal.aborted) trouble.value = error;
    }
  }

  watch(
    [text, isScript, wanted],
    () => {
      clearTimeout(timer);
      if (isScript.value) timer = setTimeout(() => void ask(), QUIET_MS);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    asking.abort();
  });
  return { result, trouble };
}
