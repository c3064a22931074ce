import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from "vue";

import type { AlertCase } from "@wire/wire";

import { officeApi, type AlertState } from "../api/office_api";
import { useAlertCounts } from "./alerts_store";

const TICK_MS = 1_000;

export interface AlertsState {
  cases: ShallowRef<readonly AlertCase[] | null>;
  nextCursor: Ref<string | null>;
  trouble: ShallowRef<unknown>;
  serverNowMs: Ref<number>;
  load(): Promise<void>;
  more(): Promise<void>;
}

/** The red list, kept true: read again whenever the server tells that cases changed. */
export function useAlerts(state: Ref<AlertState>): AlertsState {
  const cases = shallowRef<readonly AlertCase[] | null>(null);
  const nextCursor = ref<string | null>(null);
  const trouble = shallowRef<unknown>(null);
  const serverNowMs = ref(Date.now());
  const store = useAlertCounts();
  let aheadMs = 0;
  let reading = 0;

  async function read(cursor: string | null): Promise<void> {
    reading += 1;
    const mine = reading;
    try {
      const page = await officeApi.alerts({ state: state.value, cursor });
      if (mine !== reading) return;
      aheadMs = Date.parse(page.now) - Date.now();
      serverNowMs.value = Date.parse(page.now);
      cases.value = cursor === null ? page.items : [...(cases.value ?? []), ...page.items];
      nextCursor.value = page.next_cursor;
      store.counts = page.counts;
      trouble.value = null;
    } catch (error) {
      if (mine === reading) trouble.value = error;
    }
  }

  const timer = setInterval(() => {
    serverNowMs.value = Date.now() + aheadMs;
  }, TICK_MS);
  watch([state, () => store.version], () => void read(null), { immediate: true });
  onScopeDispose(() => {
    clearInterval(timer);
  });
  return {
    cases,
    nextCursor,
    trouble,
    serverNowMs,
    load: () => read(null),
    more: () => read(nextCursor.value),
  };
}
