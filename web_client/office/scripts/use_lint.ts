import { onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from "vue";

import type { ScriptLint } from "@wire/wire";

import { scriptsApi } from "./scripts_api";

const QUIET_MS = 400;

export interface LintState {
  /** The findings of the latest text that was checked; null until the first answer. */
  report: ShallowRef<ScriptLint | null>;
  /** The text that the report is about. */
  checked: ShallowRef<string | null>;
  trouble: ShallowRef<unknown>;
}

/** Has a text checked whenever nobody has typed for a moment; an older answer never wins. */
export function useLint(text: Ref<string>): LintState {
  const report = shallowRef<ScriptLint | null>(null);
  const checked = shallowRef<string | null>(null);
  const trouble = shallowRef<unknown>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = new AbortController();

  async function check(): Promise<void> {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const wanted = text.value;
    try {
      const found = await scriptsApi.lint(wanted, signal);
      if (signal.aborted) return;
      report.value = found;
      checked.value = wanted;
      trouble.value = null;
    } catch (error) {
      if (!signal.aborted) trouble.value = error;
    }
  }

  watch(
    text,
    (_, before) => {
      clearTimeout(timer);
      timer = setTimeout(() => void check(), before === undefined ? 0 : QUIET_MS);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    asking.abort();
  });
  return { report, checked, trouble };
}
