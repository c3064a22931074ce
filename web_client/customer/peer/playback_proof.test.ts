import { describe, expect, it } from "vitest";

import {
  type AudioCounters,
  audioCounters,
  type ListeningState,
  PlaybackWitness,
} from "./playback_proof";

const LISTENING: ListeningState = { paused: false, muted: false, volume: 1, hiddenMs: 0 };

function counters(packets: number, emitted: number, concealed = 0, energy = 0): AudioCounters {
  return {
    packetsReceived: packets,
    jitterBufferEmittedCount: emitted,
    concealedSamples: concealed,
    totalAudioEnergy: energy,
  };
}

describe("playback proof", () => {
  it("is the change from before the first packet to after the last sample", () => {
    const witness = new PlaybackWitness(counters(100, 96_000, 50, 1), LISTENING);
    witness.observe(counters(150, 140_000, 60, 1.5), LISTENING);
    witness.observe(counters(200, 192_000, 70, 2.25), LISTENING);
    expect(witness.proof(LISTENING)).toEqual({
      packets_received: 100,
      samples_emitted: 96_000,
      samples_concealed: 20,
      audio_energy: 1.25,
      element_paused: false,
      element_muted: false,
      element_volume: 1,
      page_hidden_ms: 0,
    });
  });

  it("leaves out the silence that the decoder fills before and after", () => {
    const witness = new PlaybackWitness(counters(10, 9_600, 0), LISTENING);
    expect(witness.observe(counters(10, 9_600, 4_800), LISTENING)).toBe(false);
    expect(witness.observe(counters(15, 14_400, 4_900), LISTENING)).toBe(true);
    expect(witness.observe(counters(15, 14_400, 24_000), LISTENING)).toBe(false);
    expect(witness.proof(LISTENING).samples_concealed).toBe(100);
  });

  it("knows how much was played out so far", () => {
    const witness = new PlaybackWitness(counters(10, 9_600), LISTENING);
    expect(witness.playedMs).toBe(0);
    witness.observe(counters(15, 14_400), LISTENING);
    expect(witness.playedMs).toBe(100);
  });

  it("knows when all of it is out", () => {
    const witness = new PlaybackWitness(counters(10, 9_600), LISTENING);
    witness.observe(counters(60, 48_000), LISTENING);
    expect(witness.isOut(1_000)).toBe(false);
    witness.observe(counters(60, 57_600), LISTENING);
    expect(witness.isOut(1_000)).toBe(true);
    expect(witness.isOut(1_020)).toBe(false);
  });

  it("is not all out while more came than the prompt is long", () => {
    const witness = new PlaybackWitness(counters(10, 9_600), LISTENING);
    witness.observe(counters(65, 57_600), LISTENING);
    expect(witness.isOut(1_000)).toBe(false);
  });

  it("says nothing was played when nothing was", () => {
    const witness = new PlaybackWitness(counters(10, 9_600), LISTENING);
    expect(witness.proof(LISTENING)).toMatchObject({ packets_received: 0, samples_emitted: 0 });
  });

  it("does not forget a pause, a mute or a moment in the background", () => {
    const witness = new PlaybackWitness(counters(0, 0), LISTENING);
    witness.observe(counters(1, 10), { ...LISTENING, paused: true, muted: true, volume: 0.2 });
    expect(witness.proof({ ...LISTENING, hiddenMs: 800 })).toMatchObject({
      element_paused: true,
      element_muted: true,
      element_volume: 0.2,
      page_hidden_ms: 800,
    });
  });

  it("never reports a negative change when a new connection starts from zero", () => {
    const witness = new PlaybackWitness(counters(500, 480_000, 9, 3), LISTENING);
    witness.observe(counters(2, 1_920, 0, 0.1), LISTENING);
    const proof = witness.proof(LISTENING);
    expect(Object.values(proof).every((value) => typeof value === "boolean" || value >= 0)).toBe(
      true,
    );
  });

  it("reads the voice's counters from a stats report, and only those", () => {
    const report = new Map<string, unknown>([
      ["a", { type: "outbound-rtp", kind: "audio", packetsReceived: 9 }],
      ["b", { type: "inbound-rtp", kind: "audio", packetsReceived: 7, totalAudioEnergy: 0.5 }],
    ]);
    expect(audioCounters(report)).toEqual(counters(7, 0, 0, 0.5));
    expect(audioCounters(new Map())).toEqual(counters(0, 0));
  });
});
