import { defineStore } from "pinia";
import { ref } from "vue";

import type { AlertCounts } from "@wire/wire";

/** What is open, for the bar and the page: told by the stream of server-sent events. */
export const useAlertCounts = defineStore("alert counts", () => {
  const counts = ref<AlertCounts | null>(null);
  const version = ref(0);

  /** The cases changed. */
  function told(now: AlertCounts): void {
    counts.value = now;
    version.value += 1;
  }

  return { counts, version, told };
});
