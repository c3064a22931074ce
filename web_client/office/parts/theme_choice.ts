/** Desks may be light or dark; the choice is the person's, and kept. */
export type Theme = "light" | "dark";

const STORED_UNDER = "shuanglu.theme";

/** What the person chose before, else what the system asks for. */
export function initialTheme(storage: Storage, media: typeof matchMedia): Theme {
  const stored = storage.getItem(STORED_UNDER);
  if (stored === "light" || stored === "dark") return stored;
  return media("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Shows the theme and remembers it. */
export function applyTheme(theme: Theme, storage: Storage, root: HTMLElement): void {
  storage.setItem(STORED_UNDER, theme);
  root.dataset.theme = theme;
}
