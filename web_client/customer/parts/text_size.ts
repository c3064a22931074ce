export type TextSize = "normal" | "large";

const STORED_UNDER = "shuanglu.text_size";

export function initialTextSize(storage: Storage): TextSize {
  return storage.getItem(STORED_UNDER) === "large" ? "large" : "normal";
}

/** Remembers the size; the style sheet does the rest. */
export function applyTextSize(size: TextSize, storage: Storage, root: HTMLElement): void {
  storage.setItem(STORED_UNDER, size);
  root.dataset.size = size;
}
