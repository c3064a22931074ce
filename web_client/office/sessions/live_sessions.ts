import { onScopeDispose, ref, type Ref } from "vue";

import type { AlertCounts, SessionSummary } from "@wire/wire";

import { officeApi } from "../api/office_api";

export type LiveState = "connecting" | "live" | "lost";

/** First wait before another try, in milliseconds; it doubles up to the longest. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

export interface LiveHandlers {
  /** A session changed. */
  changed(summary: SessionSummary): void;
  /** Changes may have been missed (a break, or too many at once): read again. */
  missed(): void;
  /** Alert cases changed, or this is how things stand at the beginning. */
  alerts?(counts: AlertCounts): void;
}

/**
 * Follows every session over server-sent events until the component is gone. The browser
 * reconnects by itself after a network error; after a refusal we do, slower each time.
 */
export function followSessions(handlers: LiveHandlers): Ref<LiveState> {
  const state = ref<LiveState>("connecting");
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = FIRST_WAIT_MS;
  let broken = false;

  function open(): void {
    source = new EventSource(officeApi.livePath, { withCredentials: true });
    source.addEventListener("open", opened);
    source.addEventListener("session", (message) => {
      handlers.changed(JSON.parse((message as MessageEvent<string>).data) as SessionSummary);
    });
    source.addEventListener("alerts", (message) => {
      handlers.alerts?.(JSON.parse((message as MessageEvent<string>).data) as AlertCounts);
    });
    source.addEventListener("reload", () => {
      handlers.missed();
    });
    source.addEventListener("error", lost);
  }

  function opened(): void {
    state.value = "live";
    waitMs = FIRST_WAIT_MS;
    if (broken) handlers.missed();
    broken = false;
  }

  function lost(): void {
    broken = true;
    state.value = "lost";
    if (source?.readyState !== EventSource.CLOSED) return;
    // Refused: reading again tells whether the login has ended.
    handlers.missed();
    timer = setTimeout(open, waitMs);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }

  open();
  onScopeDispose(() => {
    clearTimeout(timer);
    source?.close();
  });
  return state;
}
