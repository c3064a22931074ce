import { onMounted, onUnmounted, ref, type Ref, watch } from "vue";

import { useJourney } from "../journey/use_journey";
import { copyText } from "../parts/copy_text";
import { removeFragment } from "../session/invitation_code";
import { OfferedCode } from "./offered_code";

export interface OfferedHere {
  code: OfferedCode;
  copied: Ref<"not_yet" | "done" | "failed">;
  copy: () => Promise<void>;
}

/**
 * A code for as long as the screen is there. It stands in the page's own address, too: that is
 * what an app's "open in browser" opens.
 */
export function useOfferedCode(): OfferedHere {
  const journey = useJourney();
  const copied = ref<"not_yet" | "done" | "failed">("not_yet");
  const code = new OfferedCode({
    offer: () => journey.api.handover(),
    look: () => journey.api.session(),
    goneElsewhere: () => {
      journey.handedOver();
    },
  });

  async function copy(): Promise<void> {
    const link = code.state.offer?.url;
    if (link !== undefined) copied.value = (await copyText(link)) ? "done" : "failed";
  }

  watch(
    () => code.state.offer,
    (offer) => {
      copied.value = "not_yet";
      if (offer === null) removeFragment(location, history);
      else history.replaceState(history.state, "", new URL(offer.url).hash);
    },
  );
  onMounted(() => {
    code.start();
  });
  onUnmounted(() => {
    code.stop();
    removeFragment(location, history);
  });
  return { code, copied, copy };
}
