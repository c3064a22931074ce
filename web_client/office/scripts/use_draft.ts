import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from "vue";

import { ApiError } from "@shared/api/problem";
import type { DraftView } from "@wire/wire";

import { scriptsApi } from "./scripts_api";

export interface DraftHold {
  view: ShallowRef<DraftView | null>;
  /** The text as it stands in the editor. */
  text: Ref<string>;
  isDirty: ComputedRef<boolean>;
  busy: Ref<boolean>;
  trouble: ShallowRef<unknown>;
  /** Somebody else saved meanwhile: saving would lose their words. */
  isStale: ComputedRef<boolean>;
  load(): Promise<void>;
  /** Do something to the draft; true when the server agreed. */
  act(what: (view: DraftView) => Promise<DraftView>): Promise<boolean>;
  save(): Promise<boolean>;
}

/** One draft, and what was typed since it was saved. */
export function useDraft(draftId: string): DraftHold {
  const view = shallowRef<DraftView | null>(null);
  const text = ref("");
  const busy = ref(false);
  const trouble = shallowRef<unknown>(null);
  const isDirty = computed(() => view.value !== null && text.value !== view.value.text);
  const isStale = computed(
    () => trouble.value instanceof ApiError && trouble.value.code === "stale_revision",
  );

  async function tried(what: () => Promise<DraftView>): Promise<boolean> {
    busy.value = true;
    trouble.value = null;
    try {
      view.value = await what();
      return true;
    } catch (error) {
      trouble.value = error;
      return false;
    } finally {
      busy.value = false;
    }
  }

  async function load(): Promise<void> {
    if (await tried(() => scriptsApi.draft(draftId))) text.value = view.value?.text ?? "";
  }

  async function act(what: (view: DraftView) => Promise<DraftView>): Promise<boolean> {
    const seen = view.value;
    return seen !== null && tried(() => what(seen));
  }

  function save(): Promise<boolean> {
    const wanted = text.value;
    return act((seen) =>
      scriptsApi.save(draftId, { revision: seen.draft.revision, text: wanted }),
    );
  }

  return { view, text, isDirty, busy, trouble, isStale, load, act, save };
}
