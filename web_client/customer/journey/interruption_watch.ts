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
    const brokeAgain = this.#pending;
    this.#hasBeenWhole = true;
    this.#pending = false;
    if (this.#now === "none") {
      clearTimeout(this.#timer);
    } else if (this.#now === "away" || brokeAgain) {
      this.#become("back");
      this.#later(TOLD_MS, "none");
    }
  }

  /** The customer tapped it away. */
  seen(): void {
    if (this.#now !== "back") return;
    this.#become("none");
    if (this.#pending) this.#later(PATIENCE_MS, "away");
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
