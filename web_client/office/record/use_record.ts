import { computed, onScopeDispose, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from "vue";

import type { SessionDetail, SessionSummary } from "@wire/wire";

import { officeApi } from "../api/office_api";
import { followSessions, type LiveState } from "../sessions/live_sessions";

/** Least time between two readings of a session that changes all the time, in milliseconds. */
const READING_PAUSE_MS = 2_000;

export interface RecordState {
  detail: ShallowRef<SessionDetail | null>;
  summary: ComputedRef<SessionSummary | null>;
  trouble: ShallowRef<unknown>;
  live: Ref<LiveState>;
  load(): Promise<void>;
}

/** One session, kept true: the summary at once, the timeline every two seconds while it grows. */
export function useRecord(sessionId: string): RecordState {
  const detail = shallowRef<SessionDetail | null>(null);
  const newest = ref<SessionSummary | null>(null);
  const trouble = shallowRef<unknown>(null);
  let due: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    try {
      detail.value = await officeApi.session(sessionId);
      newest.value = detail.value.summary;
      trouble.value = null;
    } catch (error) {
      trouble.value = error;
    }
  }

  function loadSoon(): void {
    due ??= setTimeout(() => {
      due = undefined;
      void load();
    }, READING_PAUSE_MS);
  }

  const live = followSessions({
    changed: (summary) => {
      if (summary.session_id !== sessionId) return;
      newest.value = summary;
      loadSoon();
    },
    missed: () => void load(),
  });
  onScopeDispose(() => {
    clearTimeout(due);
  });

  return { detail, summary: computed(() => newest.value), trouble, live, load };
}
