import { record } from "@rrweb/record";
import { MASKED_CLASS, UNRECORDED_CLASS } from "@shared/screen_marks";

import type { RecordedEvent } from "./pending_events";

const POINTER_EVERY_MS = 100;
const SCROLL_EVERY_MS = 150;

export interface PageRecorder {
  stop(): void;
  /** Records the whole page anew. */
  beginAnew(): void;
}

/**
 * Records what the page shows, by rrweb. Nothing that is typed is recorded but its length:
 * names, ID numbers, one-time codes. Throws if the browser cannot.
 */
export function recordPage(emit: (event: RecordedEvent) => void): PageRecorder {
  const stop = record({
    emit: ({ type, data }) => {
      emit({ type, data: withoutFragment(data) });
    },
    maskAllInputs: true,
    maskTextClass: MASKED_CLASS,
    blockClass: UNRECORDED_CLASS,
    slimDOMOptions: "all",
    inlineStylesheet: true,
    inlineImages: false,
    collectFonts: false,
    recordCanvas: false,
    recordCrossOriginIframes: false,
    // Of inputs every change: a phone on which a tap takes no focus never tells of the last one.
    sampling: { mousemove: POINTER_EVERY_MS, scroll: SCROLL_EVERY_MS },
    // An error of the recorder is never one of the page.
    errorHandler: () => true,
  });
  if (stop === undefined) throw new Error("the page cannot be recorded");
  return {
    stop,
    beginAnew: () => {
      record.takeFullSnapshot(true);
    },
  };
}

/** The page's address may carry a code that works once: it is none of the record's business. */
function withoutFragment(data: unknown): unknown {
  if (typeof data !== "object" || data === null || !("href" in data)) return data;
  return typeof data.href === "string" ? { ...data, href: data.href.replace(/#.*$/s, "") } : data;
}
