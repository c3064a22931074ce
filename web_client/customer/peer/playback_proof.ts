import type { PlaybackProof } from "@wire/wire";

/** The phone's own counters of the received voice (`inbound-rtp`, W3C webrtc-stats). */
export interface AudioCounters {
  packetsReceived: number;
  jitterBufferEmittedCount: number;
  concealedSamples: number;
  totalAudioEnergy: number;
}

/** The state of the element that plays the voice, and of the page. */
export interface ListeningState {
  paused: boolean;
  muted: boolean;
  volume: number;
  /** Milliseconds that the page has been hidden since it was opened. */
  hiddenMs: number;
}

/** The counters count at 48 kHz, whatever the loudspeaker does. */
const SAMPLES_PER_MS = 48;
/** The server's Opus packets (RFC 7587). */
const PACKET_MS = 20;

const NOTHING: AudioCounters = {
  packetsReceived: 0,
  jitterBufferEmittedCount: 0,
  concealedSamples: 0,
  totalAudioEnergy: 0,
};

/** Reads the counters of the received voice from a stats report. */
export function audioCounters(report: Iterable<readonly [string, unknown]>): AudioCounters {
  for (const [, entry] of report) {
    const stats = entry as Partial<AudioCounters> & { type?: string; kind?: string };
    if (stats.type === "inbound-rtp" && stats.kind === "audio") {
      return {
        packetsReceived: stats.packetsReceived ?? 0,
        jitterBufferEmittedCount: stats.jitterBufferEmittedCount ?? 0,
        concealedSamples: stats.concealedSamples ?? 0,
        totalAudioEnergy: stats.totalAudioEnergy ?? 0,
      };
    }
  }
  return NOTHING;
}

/**
 * Witnesses one prompt. Between prompts nothing is sent, and the decoder fills the silence with
 * concealed samples that say nothing about the prompt; so the span is trimmed on both sides: it
 * begins at the last reading before its first packet and ends at the first after its last sample.
 */
export class PlaybackWitness {
  #before: AudioCounters;
  #after: AudioCounters;
  #begun = false;
  #pausedOnce = false;
  #mutedOnce = false;
  #leastVolume = 1;
  readonly #hiddenBeforeMs: number;

  constructor(first: AudioCounters, state: ListeningState) {
    this.#before = first;
    this.#after = first;
    this.#hiddenBeforeMs = state.hiddenMs;
  }

  /** Takes a reading. Returns whether anything was played since the one before. */
  observe(counters: AudioCounters, state: ListeningState): boolean {
    if (!this.#begun && counters.packetsReceived === this.#before.packetsReceived) {
      this.#before = counters;
      this.#after = counters;
      return false;
    }
    this.#begun = true;
    this.#pausedOnce ||= state.paused;
    this.#mutedOnce ||= state.muted;
    this.#leastVolume = Math.min(this.#leastVolume, state.volume);
    const playing = counters.jitterBufferEmittedCount > this.#after.jitterBufferEmittedCount;
    if (playing) this.#after = counters;
    return playing;
  }

  /** How much of the prompt has left the jitter buffer, in milliseconds of sound. */
  get playedMs(): number {
    const emitted = this.#after.jitterBufferEmittedCount - this.#before.jitterBufferEmittedCount;
    return Math.max(0, emitted / SAMPLES_PER_MS);
  }

  /** Whether all of a prompt of that length, and all that came, has left the jitter buffer. */
  isOut(durationMs: number): boolean {
    const came = this.#after.packetsReceived - this.#before.packetsReceived;
    return this.playedMs >= Math.max(durationMs, came * PACKET_MS);
  }

  /** What the phone can say of the prompt. */
  proof(state: ListeningState): PlaybackProof {
    return {
      packets_received: rise(this.#before.packetsReceived, this.#after.packetsReceived),
      samples_emitted: rise(
        this.#before.jitterBufferEmittedCount,
        this.#after.jitterBufferEmittedCount,
      ),
      samples_concealed: rise(this.#before.concealedSamples, this.#after.concealedSamples),
      audio_energy: Math.max(0, this.#after.totalAudioEnergy - this.#before.totalAudioEnergy),
      element_paused: this.#pausedOnce || state.paused,
      element_muted: this.#mutedOnce || state.muted,
      element_volume: Math.min(this.#leastVolume, state.volume),
      page_hidden_ms: rise(this.#hiddenBeforeMs, state.hiddenMs),
    };
  }
}

function rise(before: number, after: number): number {
  return Math.max(0, Math.round(after - before));
}
