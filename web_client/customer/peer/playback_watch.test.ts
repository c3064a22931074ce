import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { AudioCounters, ListeningState } from "./playback_proof";
import { PlaybackWatch } from "./playback_watch";

const LISTENING: ListeningState = { paused: false, muted: false, volume: 1, hiddenMs: 0 };
const NOTHING: AudioCounters = {
  packetsReceived: 0,
  jitterBufferEmittedCount: 0,
  concealedSamples: 0,
  totalAudioEnergy: 0,
};

/** A phone's voice: what came, and what of it has left the jitter buffer. */
class Voice {
  packets = 0;
  playedMs = 0;
  readings = 0;

  stats(): Promise<RTCStatsReport> {
    this.readings += 1;
    const entry = {
      type: "inbound-rtp",
      kind: "audio",
      packetsReceived: this.packets,
      jitterBufferEmittedCount: this.playedMs * 48,
      concealedSamples: 0,
      totalAudioEnergy: 1,
    };
    return Promise.resolve(new Map([["voice", entry]]));
  }
}

let voice: Voice;
let watch: PlaybackWatch;

beforeEach(() => {
  vi.useFakeTimers();
  voice = new Voice();
  watch = new PlaybackWatch(
    () => voice.stats(),
    () => LISTENING,
  );
});
afterEach(() => {
  watch.cancel();
  vi.useRealTimers();
});

/** Milliseconds from the end of the prompt to its proof. */
async function timeToProof(): Promise<number> {
  const from = performance.now();
  let at: number | null = null;
  void watch.end().then(() => {
    at = performance.now();
  });
  while (at === null) await vi.advanceTimersByTimeAsync(10);
  return at - from;
}

describe("watching a prompt", () => {
  it("gives the proof as soon as the last sample is out", async () => {
    await watch.begin(NOTHING, 1_000);
    Object.assign(voice, { packets: 50, playedMs: 900 });
    await vi.advanceTimersByTimeAsync(200);
    setTimeout(() => {
      voice.playedMs = 1_000;
    }, 90);
    expect(await timeToProof()).toBeLessThan(150);
  });

  it("waits for what is late, until nothing more comes", async () => {
    await watch.begin(NOTHING, 1_000);
    Object.assign(voice, { packets: 45, playedMs: 800 });
    await vi.advanceTimersByTimeAsync(200);
    setTimeout(() => {
      Object.assign(voice, { packets: 49, playedMs: 980 });
    }, 250);
    const waited = await timeToProof();
    expect(waited).toBeGreaterThanOrEqual(550);
    expect(waited).toBeLessThan(700);
  });

  it("never waits for ever", async () => {
    await watch.begin(NOTHING, 60_000);
    voice.packets = 3_000;
    const trickle = setInterval(() => {
      voice.playedMs += 10;
    }, 50);
    expect(await timeToProof()).toBeLessThan(1_700);
    clearInterval(trickle);
  });

  it("knows nothing of a prompt that was not begun", async () => {
    expect(await watch.end()).toBeNull();
    expect(voice.readings).toBe(0);
  });
});
