import type { HandoverOffer } from "@wire/wire";
import { shallowReactive } from "vue";

import { type ProblemKind, problemKind } from "../problem/problem_kind";

const LOOK_EVERY_MS = 1_000;
const ASK_EVERY_LOOKS = 2;
/** After so many codes that nobody used, a fresh one comes by a tap only. */
const MOST_BY_ITSELF = 5;

export interface OfferedCodeParts {
  offer: () => Promise<HandoverOffer>;
  /** Rejects once the session goes on elsewhere. */
  look: () => Promise<unknown>;
  goneElsewhere: () => void;
  now?: () => number;
}

/** Keeps a code on the screen that works: a fresh one when the old one has run out. */
export class OfferedCode {
  readonly state = shallowReactive({
    offer: null as HandoverOffer | null,
    leftS: 0,
    failed: null as ProblemKind | null,
    /** Waits for a tap: it was renewed often enough by itself. */
    needsTap: false,
  });
  readonly #now: () => number;
  #endsAt = 0;
  #renewed = 0;
  #looks = 0;
  #asking = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly parts: OfferedCodeParts) {
    this.#now = parts.now ?? (() => performance.now());
  }

  start(): void {
    void this.renew();
    this.#timer = setInterval(() => {
      void this.#look();
    }, LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.state.offer = null;
  }

  /** A fresh code; the one before works no more. */
  async renew(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const offer = await this.parts.offer();
      this.#endsAt = this.#now() + offer.lifetime_ms;
      Object.assign(this.state, { offer, failed: null, needsTap: false, leftS: this.#leftS() });
    } catch (error) {
      this.#failed(error);
      Object.assign(this.state, { offer: null, needsTap: true });
    } finally {
      this.#asking = false;
    }
  }

  byTap(): Promise<void> {
    this.#renewed = 0;
    return this.renew();
  }

  async #look(): Promise<void> {
    this.#looks += 1;
    if (this.#looks % ASK_EVERY_LOOKS === 0) await this.#askWhetherGone();
    if (this.state.offer === null) return;
    this.state.leftS = this.#leftS();
    // Whoever is on his way to the other browser must find his code working: not while hidden.
    if (this.state.leftS > 0 || document.hidden) return;
    this.#renewed += 1;
    if (this.#renewed < MOST_BY_ITSELF) await this.renew();
    else Object.assign(this.state, { offer: null, needsTap: true });
  }

  async #askWhetherGone(): Promise<void> {
    try {
      await this.parts.look();
    } catch (error) {
      if (problemKind(error) === "handed_over") this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const kind = problemKind(error);
    if (kind === "handed_over") {
      this.stop();
      this.parts.goneElsewhere();
    } else {
      this.state.failed = kind;
    }
  }

  #leftS(): number {
    return Math.max(0, Math.ceil((this.#endsAt - this.#now()) / 1000));
  }
}
