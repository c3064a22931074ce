import type { Interruption } from "./session_view";

/** A blip shorter than this is told by the strip alone. */
const PATIENCE_MS = 1_500;
/** How long "we go on from here" stays, unless it is tapped away. */
const TOLD_MS = 2_500;

/** Turns the ups and downs of the connection into one calm screen. */
export class InterruptionWatch {
  #now: Interruption = "none";
  #hasBeenWhole = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pending = false;

  constructor(private readonly onChange: (interruption: Interruption) => void) {}

  broke(): void {
    if (!this.#hasBeenWhole || this.#now === "away" || this.#pending) return;
    this.#pending = true;
    this.#later(PATIENCE_MS, "away");
  }

  mended(): void {
    this.#hasBeenWhole = true;
    this.#pending = false;
    if (this.#now === "away") {
      this.#become("back");
      this.#later(TOLD_MS, "none");
    } else if (this.#now === "none") {
      clearTimeout(this.#timer);
    }
  }

  /** The customer tapped it away. */
  seen(): void {
    if (this.#now === "back") this.#become("none");
  }

  stop(): void {
    this.#pending = false;
    this.#become("none");
  }

  #later(milliseconds: number, next: Interruption): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#pending = false;
      this.#become(next);
    }, milliseconds);
  }

  #become(next: Interruption): void {
    clearTimeout(this.#timer);
    if (this.#now === next) return;
    this.#now = next;
    this.onChange(next);
  }
}
