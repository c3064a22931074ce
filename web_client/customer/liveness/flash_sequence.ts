/** What the screen shows before and after the colours, and for how long: the judge needs both. */
export const DARK = "#000000";
export const DARK_MS = 600;
/** A frame that comes this much early still ends a colour, or each would last a frame too long. */
const EARLY_MS = 4;

/**
 * The colours of one challenge, frame by frame: dark, every colour in turn, dark again.
 * Every colour is shown at least as long as it should be, however late the frames come; when each
 * really came on is kept. It neither draws nor knows a clock: each frame tells it the time.
 */
export class FlashSequence {
  readonly #shows: readonly { colour: string; ms: number }[];
  readonly #shownAt: number[] = [];

  constructor(colours: readonly string[], colourMs: number) {
    const dark = { colour: DARK, ms: DARK_MS };
    this.#shows = [dark, ...colours.map((colour) => ({ colour, ms: colourMs })), dark];
  }

  get lengthMs(): number {
    return this.#shows.reduce((total, { ms }) => total + ms, 0);
  }

  /** What is on the screen from this frame on; null when everything was shown. */
  frame(now: number): string | null {
    const since = this.#shownAt.at(-1);
    const current = this.#shows[this.#shownAt.length - 1];
    if (since !== undefined && current !== undefined && now - since < current.ms - EARLY_MS) {
      return current.colour;
    }
    const next = this.#shows[this.#shownAt.length];
    if (next === undefined) return null;
    this.#shownAt.push(now);
    return next.colour;
  }

  /** When each colour came on, in milliseconds after the first frame. */
  get shownMs(): number[] {
    const [begun = 0, ...shown] = this.#shownAt;
    return shown.slice(0, this.#shows.length - 2).map((at) => Math.round(at - begun));
  }
}
