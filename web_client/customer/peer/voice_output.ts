import type { ListeningState } from "./playback_proof";

/**
 * The element that plays the server's voice. Browsers let it sound only after a tap,
 * so `unlock` is called from every tap that makes sense, and `blocked` is told when it failed.
 */
export class VoiceOutput {
  readonly #element: HTMLAudioElement;
  #hiddenMs = 0;
  #hiddenSince: number | null = null;
  onBlocked: (blocked: boolean) => void = () => undefined;

  constructor(element: HTMLAudioElement) {
    this.#element = element;
    this.#element.autoplay = true;
    this.#element.setAttribute("playsinline", "");
    this.#element.onplaying = () => {
      this.onBlocked(false);
    };
  }

  async attach(stream: MediaStream): Promise<void> {
    this.#element.srcObject = stream;
    await this.#play();
  }

  /** To be called inside a tap. */
  async unlock(): Promise<void> {
    if (this.#element.srcObject !== null) await this.#play();
  }

  detach(): void {
    this.#element.srcObject = null;
  }

  pageVisibility(hidden: boolean): void {
    const now = performance.now();
    if (hidden) this.#hiddenSince ??= now;
    else if (this.#hiddenSince !== null) {
      this.#hiddenMs += now - this.#hiddenSince;
      this.#hiddenSince = null;
    }
  }

  get state(): ListeningState {
    const sinceMs = this.#hiddenSince === null ? 0 : performance.now() - this.#hiddenSince;
    return {
      paused: this.#element.paused,
      muted: this.#element.muted,
      volume: this.#element.volume,
      hiddenMs: this.#hiddenMs + sinceMs,
    };
  }

  async #play(): Promise<void> {
    try {
      await this.#element.play();
      this.onBlocked(false);
    } catch (error) {
      // An element that was given another stream meanwhile aborts; only a refusal is a block.
      if (error instanceof DOMException && error.name === "NotAllowedError") this.onBlocked(true);
    }
  }
}
