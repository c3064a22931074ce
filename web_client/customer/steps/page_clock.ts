/**
 * How long each page of a document was in view, in milliseconds.
 * A page is read when it was in view long enough and its end was seen.
 */
export class PageClock {
  readonly #seenMs: number[];
  readonly #endSeen: boolean[];
  #current: number | null = null;
  #since = 0;

  constructor(
    pages: number,
    private readonly minPageMs: number,
    private readonly now: () => number,
  ) {
    this.#seenMs = new Array<number>(pages).fill(0);
    this.#endSeen = new Array<boolean>(pages).fill(false);
  }

  /** This page is in view from now on; null when none is, or the page is hidden. */
  show(page: number | null): void {
    this.#settle();
    this.#current = page;
  }

  endSeen(page: number): void {
    if (page in this.#endSeen) this.#endSeen[page] = true;
  }

  isRead(page: number): boolean {
    this.#settle();
    return this.#endSeen[page] === true && (this.#seenMs[page] ?? 0) >= this.minPageMs;
  }

  get isWholeRead(): boolean {
    return this.#seenMs.every((_, page) => this.isRead(page));
  }

  /** Whole milliseconds, rounded down: the phone never claims more than there was. */
  get seenMs(): number[] {
    this.#settle();
    return this.#seenMs.map(Math.floor);
  }

  #settle(): void {
    const at = this.now();
    if (this.#current !== null) {
      this.#seenMs[this.#current] = (this.#seenMs[this.#current] ?? 0) + (at - this.#since);
    }
    this.#since = at;
  }
}
