/** How far the replayed screen may be from the video before it is set right, in milliseconds. */
export const TOLERANCE_MS = 200;

/** The parts of rrweb's `Replayer` that are needed. Offsets count from the first event. */
export interface ReplayControls {
  getCurrentTime(): number;
  play(offsetMs: number): void;
  pause(offsetMs: number): void;
  setSpeed(rate: number): void;
}

/** Keeps a replay in step with a recording whose place is told again and again. */
export class Follower {
  #playing = false;
  #rate = 1;
  #shownMs: number | null = null;

  constructor(
    private readonly controls: ReplayControls,
    private readonly firstMs: number,
    private readonly lastMs: () => number,
  ) {}

  show(atMs: number, playing: boolean, rate: number): void {
    const offsetMs = Math.min(Math.max(0, atMs - this.firstMs), this.lastMs() - this.firstMs);
    if (rate !== this.#rate) {
      this.#rate = rate;
      this.controls.setSpeed(rate);
    }
    if (playing && this.#isInStep(offsetMs)) return;
    if (!playing && !this.#playing && this.#shownMs === offsetMs) return;
    this.#playing = playing;
    this.#shownMs = offsetMs;
    if (playing) this.controls.play(offsetMs);
    else this.controls.pause(offsetMs);
  }

  #isInStep(offsetMs: number): boolean {
    return this.#playing && Math.abs(this.controls.getCurrentTime() - offsetMs) <= TOLERANCE_MS;
  }
}
