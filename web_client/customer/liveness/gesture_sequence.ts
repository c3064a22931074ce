/**
 * The gestures of one challenge: which one is on the screen, when each came on, and when it is
 * over: all seen, or no time left. Times are of whatever clock the caller uses.
 */
export class GestureSequence {
  readonly #shownAt: number[];

  constructor(
    private readonly count: number,
    private readonly timeLimitMs: number,
    private readonly begunAt: number,
  ) {
    this.#shownAt = [begunAt];
  }

  /** The server has seen that many; the next one is on the screen from now on. */
  seen(count: number, now: number): void {
    while (this.#shownAt.length < Math.min(count + 1, this.count)) this.#shownAt.push(now);
  }

  isOver(count: number, now: number): boolean {
    return count >= this.count || now - this.begunAt >= this.timeLimitMs;
  }

  /** This one has been on the screen for longer than it usually takes. */
  isSlow(now: number, patienceMs: number): boolean {
    return now - (this.#shownAt.at(-1) ?? this.begunAt) >= patienceMs;
  }

  /** When each gesture came on, in milliseconds after the challenge began. */
  get shownMs(): number[] {
    return this.#shownAt.map((at) => Math.round(at - this.begunAt));
  }
}
