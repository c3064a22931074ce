import type { PlaybackProof } from "@wire/wire";

import {
  type AudioCounters,
  audioCounters,
  type ListeningState,
  PlaybackWitness,
} from "./playback_proof";

const READ_EVERY_MS = 100;
/** After the last packet was sent, the jitter buffer still holds a little: the customer waits. */
const READ_AT_END_EVERY_MS = 40;
const MOST_WAIT_MS = 1_500;
/** Nothing new for so long: what was lost on the way will not be played any more. */
const QUIET_MS = 300;

/** Reads the voice's counters through one prompt and says in the end what was played. */
export class PlaybackWatch {
  #witness: PlaybackWitness | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #durationMs = 0;

  constructor(
    private readonly stats: () => Promise<RTCStatsReport>,
    private readonly listening: () => ListeningState,
    private readonly played: (playedMs: number) => void = () => undefined,
  ) {}

  /** `idle` is the last reading before the prompt was announced: packets may be faster than words. */
  async begin(idle: AudioCounters, durationMs: number): Promise<void> {
    this.cancel();
    this.#durationMs = durationMs;
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
    clearInterval(this.#timer);
    const endedAt = performance.now();
    let playedAt = endedAt;
    while (performance.now() - endedAt < MOST_WAIT_MS) {
      const isPlaying = await this.#read(witness);
      if (this.#witness !== witness) return null;
      if (isPlaying) playedAt = performance.now();
      if (witness.isOut(this.#durationMs) || performance.now() - playedAt >= QUIET_MS) break;
      await pause(READ_AT_END_EVERY_MS);
    }
    this.cancel();
    return witness.proof(this.listening());
  }

  cancel(): void {
    clearInterval(this.#timer);
    this.#witness = null;
  }

  /** Whether anything was played since the reading before. */
  async #read(witness: PlaybackWitness): Promise<boolean> {
    const counters = audioCounters(await this.stats());
    if (this.#witness !== witness) return false;
    const isPlaying = witness.observe(counters, this.listening());
    if (witness.playedMs > 0) this.played(witness.playedMs);
    return isPlaying;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
