import type { PlaybackProof } from "@wire/wire";

import {
  type AudioCounters,
  audioCounters,
  type ListeningState,
  PlaybackWitness,
} from "./playback_proof";

const READ_EVERY_MS = 100;
/** After the last packet was sent, the jitter buffer still holds a little. */
const LEAST_WAIT_MS = 300;
const MOST_WAIT_MS = 1_500;
/** Nothing new for this many readings: everything was played out. */
const QUIET_READINGS = 3;

/** Reads the voice's counters through one prompt and says in the end what was played. */
export class PlaybackWatch {
  #witness: PlaybackWitness | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #quiet = 0;

  constructor(
    private readonly stats: () => Promise<RTCStatsReport>,
    private readonly listening: () => ListeningState,
    private readonly played: (playedMs: number) => void = () => undefined,
  ) {}

  /** `idle` is the last reading before the prompt was announced: packets may be faster than words. */
  async begin(idle: AudioCounters): Promise<void> {
    this.cancel();
    const now = audioCounters(await this.stats());
    const early = now.packetsReceived > idle.packetsReceived;
    const first = early ? { ...idle, concealedSamples: now.concealedSamples } : now;
    const witness = new PlaybackWitness(first, this.listening());
    this.#witness = witness;
    this.#timer = setInterval(() => void this.#read(witness), READ_EVERY_MS);
  }

  /** Waits until everything was played out; null when no prompt was begun. */
  async end(): Promise<PlaybackProof | null> {
    const witness = this.#witness;
    if (witness === null) return null;
    this.#quiet = 0;
    const endedAt = performance.now();
    const waited = (): number => performance.now() - endedAt;
    while (waited() < MOST_WAIT_MS) {
      await pause(READ_EVERY_MS);
      if (this.#witness !== witness) return null;
      if (waited() >= LEAST_WAIT_MS && this.#quiet >= QUIET_READINGS) break;
    }
    this.cancel();
    return witness.proof(this.listening());
  }

  cancel(): void {
    clearInterval(this.#timer);
    this.#witness = null;
  }

  async #read(witness: PlaybackWitness): Promise<void> {
    const counters = audioCounters(await this.stats());
    if (this.#witness !== witness) return;
    this.#quiet = witness.observe(counters, this.listening()) ? 0 : this.#quiet + 1;
    if (witness.playedMs > 0) this.played(witness.playedMs);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
