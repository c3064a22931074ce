import { computed, type ComputedRef, ref } from "vue";

export interface Pages {
  /** Whether a part is on the screen: all of them, or in elder mode one after the other. */
  shows: (part: number) => boolean;
  isFirst: ComputedRef<boolean>;
  isLast: ComputedRef<boolean>;
  /** Names the screen, so that each is announced as a new one. */
  key: ComputedRef<string>;
  next: () => void;
  back: () => void;
}

/** Parts of a screen that are shown together, or one thing a screen in elder mode (REG-33). */
export function usePages(count: number, isOneByOne: () => boolean): Pages {
  const at = ref(0);
  return {
    shows: (part) => !isOneByOne() || part === at.value,
    isFirst: computed(() => !isOneByOne() || at.value === 0),
    isLast: computed(() => !isOneByOne() || at.value === count - 1),
    key: computed(() => (isOneByOne() ? `page-${at.value}` : "whole")),
    next: () => {
      at.value = Math.min(at.value + 1, count - 1);
    },
    back: () => {
      at.value = Math.max(at.value - 1, 0);
    },
  };
}
