import { onUnmounted, type Ref, ref, watch } from "vue";

/**
 * Follows `word`, but lets each be read: a word stays at least `leastMs` before the next is shown.
 * What is measured may change several times a second; what is said may not.
 */
export function useSteadyWord<T>(word: () => T, leastMs: number): Readonly<Ref<T>> {
  const shown = ref(word()) as Ref<T>;
  let freeAt = performance.now() + leastMs;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show(): void {
    if (shown.value === word()) return;
    shown.value = word();
    freeAt = performance.now() + leastMs;
  }
  watch(word, () => {
    clearTimeout(timer);
    timer = setTimeout(show, Math.max(0, freeAt - performance.now()));
  });
  onUnmounted(() => {
    clearTimeout(timer);
  });
  return shown;
}
