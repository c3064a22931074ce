import type { LiveStatus } from "@wire/wire";
import { expect, it } from "vitest";

import { type SessionFacts, sessionView } from "./session_view";

const LIVE: LiveStatus = {
  phase: "prompting",
  recording: true,
  stored_ms: 1000,
  step_no: 1,
  step_count: 5,
  step: null,
  guidance: [],
  display: { elder: false, voice: "normal", language: null },
};
const RECEIPT = {
  record_number: "SL-1",
  manifest_sha256: "0".repeat(64),
  sealed_at: "2026-01-01T00:00:00Z",
  outcome: "complete",
  recorded_ms: 1000,
  verify_url: "https://example.test/v/SL-1",
  verify_qr_svg: "<svg/>",
} as const;
const RUNNING: SessionFacts = {
  live: LIVE,
  deviceReported: true,
  verdict: null,
  redoSeen: false,
  receipt: null,
  interruption: "none",
  ended: null,
};

it.each<[string, Partial<SessionFacts>, string]>([
  ["the step while it runs", {}, "step"],
  ["a wait before the first status", { live: null }, "connecting"],
  [
    "the device check before anything else",
    { live: { ...LIVE, phase: "waiting" }, deviceReported: false },
    "device_check",
  ],
  ["a wait for the first stored second", { live: { ...LIVE, phase: "waiting" } }, "starting"],
  ["the interruption above the step", { interruption: "away" }, "interrupted"],
  ["that we are back", { interruption: "back" }, "interrupted"],
  ["that another page took over", { ended: "replaced", interruption: "away" }, "ended"],
  ["the wait for the verdict", { live: { ...LIVE, phase: "finishing" } }, "finishing"],
  [
    "what is to be done again",
    { verdict: { outcome: "incomplete", missing: [], not_evaluated: [] } },
    "redo",
  ],
  [
    "the step again once that was read",
    { verdict: { outcome: "incomplete", missing: [], not_evaluated: [] }, redoSeen: true },
    "step",
  ],
  ["a person when one takes over", { live: { ...LIVE, phase: "staffed" } }, "staffed"],
  ["the end when the verdict is given", { live: { ...LIVE, phase: "closed" } }, "done"],
  ["the receipt whatever happens after", { receipt: RECEIPT, ended: "closed" }, "done"],
])("shows %s", (_, change, view) => {
  expect(sessionView({ ...RUNNING, ...change })).toBe(view);
});
