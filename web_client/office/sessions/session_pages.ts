import { ref, shallowRef, type Ref, type ShallowRef } from "vue";

import type { SessionPage, SessionPhase, SessionSummary } from "@wire/wire";

import { officeApi } from "../api/office_api";

/** Rows a page: what fits on a desk's screen without scrolling far. */
export const PAGE_ROWS = 50;

export interface SessionPages {
  phase: Ref<SessionPhase | null>;
  search: Ref<string>;
  page: ShallowRef<SessionPage | null>;
  pageNo: Ref<number>;
  loading: Ref<boolean>;
  trouble: ShallowRef<unknown>;
  /** Something changed that this page does not show. */
  stale: Ref<boolean>;
  first(): Promise<void>;
  next(): Promise<void>;
  previous(): Promise<void>;
  reload(): Promise<void>;
  merge(summary: SessionSummary): void;
}

/** Pages through sessions by cursor, keeping the way back. Only the last request counts. */
export function sessionPages(): SessionPages {
  const phase = ref<SessionPhase | null>(null);
  const search = ref("");
  const page = shallowRef<SessionPage | null>(null);
  const pageNo = ref(1);
  const loading = ref(false);
  const trouble = shallowRef<unknown>(null);
  const stale = ref(false);
  /** The cursor of every page up to this one; the first has none. */
  let way: (string | null)[] = [null];
  let running: AbortController | null = null;

  async function load(wanted: (string | null)[]): Promise<void> {
    running?.abort();
    const mine = (running = new AbortController());
    loading.value = true;
    try {
      const query = { cursor: wanted.at(-1) ?? null, limit: PAGE_ROWS };
      const found = await officeApi.sessions(
        { ...query, phase: phase.value, q: search.value.trim() },
        mine.signal,
      );
      if (running !== mine) return;
      page.value = found;
      way = wanted;
      pageNo.value = wanted.length;
      trouble.value = null;
      stale.value = false;
    } catch (error) {
      if (running === mine) trouble.value = error;
    } finally {
      if (running === mine) loading.value = false;
    }
  }

  function merge(summary: SessionSummary): void {
    const now = page.value;
    if (now === null) return;
    const known = now.items.some((row) => row.session_id === summary.session_id);
    if (!known) {
      if (belongsHere(summary, now)) stale.value = true;
      return;
    }
    const items = now.items.map((row) => (row.session_id === summary.session_id ? summary : row));
    page.value = { ...now, items };
  }

  /** Sessions stand newest first: one that is older or newer than this page is elsewhere. */
  function belongsHere(summary: SessionSummary, now: SessionPage): boolean {
    if (search.value.trim() !== "") return false;
    if (phase.value !== null && summary.phase !== phase.value) return false;
    const at = Date.parse(summary.created_at);
    const oldest = Date.parse(now.items.at(-1)?.created_at ?? "") || 0;
    const newest = Date.parse(now.items[0]?.created_at ?? "") || Infinity;
    const notBefore = now.next_cursor === null || at >= oldest;
    return notBefore && (pageNo.value === 1 || at <= newest);
  }

  return {
    phase,
    search,
    page,
    pageNo,
    loading,
    trouble,
    stale,
    first: () => load([null]),
    reload: () => load(way),
    next: async () => {
      const cursor = page.value?.next_cursor ?? null;
      if (cursor !== null) await load([...way, cursor]);
    },
    previous: async () => {
      if (way.length > 1) await load(way.slice(0, -1));
    },
    merge,
  };
}
