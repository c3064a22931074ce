import type { LiveStatus } from "@wire/wire";
import { describe, expect, it } from "vitest";

import { type StatusFacts, statusLine } from "./status_line";

const LIVE: LiveStatus = {
  phase: "prompting",
  recording: true,
  stored_ms: 161_000,
  step_no: 3,
  step_count: 8,
  step: null,
  guidance: [],
  display: { elder: false, voice: "normal", language: null },
};
const GOOD: StatusFacts = { live: LIVE, link: "ready", online: true, mediaConnected: true };

describe("status strip", () => {
  it("says recording, and the stored time, while the server stores", () => {
    expect(statusLine(GOOD)).toEqual({ tone: "calm", word: "recording", storedMs: 161_000 });
  });

  it.each<[string, Partial<StatusFacts>, string, string]>([
    ["before the first status", { live: null }, "calm", "preparing"],
    [
      "before the first stored second",
      { live: { ...LIVE, recording: false, stored_ms: 0 } },
      "calm",
      "preparing",
    ],
    ["when storing stopped", { live: { ...LIVE, recording: false } }, "stopped", "stopped"],
    [
      "when storing is late",
      { live: { ...LIVE, guidance: ["saving_delayed"] } },
      "warning",
      "saving_delayed",
    ],
    ["while signalling comes back", { link: "connecting" }, "warning", "reconnecting"],
    [
      "while everything comes back",
      { link: "waiting", mediaConnected: false },
      "stopped",
      "reconnecting",
    ],
    ["without a network", { online: false }, "stopped", "offline"],
    ["after the verdict", { live: { ...LIVE, phase: "closed" } }, "calm", "finished"],
  ])("%s", (_, change, tone, word) => {
    expect(statusLine({ ...GOOD, ...change })).toMatchObject({ tone, word });
  });

  it("is never red for guidance", () => {
    const live = { ...LIVE, guidance: ["face_missing", "several_faces", "sound_silent"] };
    expect(statusLine({ ...GOOD, live }).tone).toBe("calm");
  });
});
