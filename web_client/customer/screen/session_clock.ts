/** An estimate is never further in the future than this, however slow the network, in milliseconds. */
const MOST_AHEAD_MS = 500;
/** Two clocks that agree within this are not contradicted by rounding. */
const SLACK_MS = 50;

interface Estimate {
  /** Media time minus page time. */
  offsetMs: number;
  roundTripMs: number;
}

/**
 * Maps the page's clock (`performance.now()`) to media time. Every answer of the server tells
 * what the session's clock showed between sending and receiving; the quickest answer is the
 * best, until one proves that a clock jumped (a phone that slept). Times in milliseconds.
 */
export class SessionClock {
  #best: Estimate | null = null;

  learn(sentAt: number, receivedAt: number, mediaMs: number): void {
    const roundTripMs = receivedAt - sentAt;
    const earliest = mediaMs - receivedAt;
    const latest = mediaMs - sentAt;
    const fresh = { offsetMs: earliest + Math.min(roundTripMs / 2, MOST_AHEAD_MS), roundTripMs };
    const best = this.#best;
    const jumped =
      best !== null &&
      (best.offsetMs < earliest - SLACK_MS || best.offsetMs > latest + SLACK_MS);
    if (best === null || jumped || roundTripMs < best.roundTripMs) this.#best = fresh;
  }

  get isKnown(): boolean {
    return this.#best !== null;
  }

  /** Whole milliseconds of media time, never negative. */
  mediaMs(pageMs: number): number {
    return Math.max(0, Math.round(pageMs + (this.#best?.offsetMs ?? 0)));
  }
}
