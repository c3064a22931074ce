import type { AnyPayload, Event } from "@wire/wire";
import { describe, expect, it } from "vitest";

import { screenFacts, silenceAt } from "./screen_spans";

function event(payload: AnyPayload, seq: number): Event {
  return {
    session_id: "ses_1",
    seq,
    actor: "system",
    media_time_ms: null,
    prev_hash: "0".repeat(64),
    hash: "1".repeat(64),
    recorded_at: "2026-01-02T03:04:05Z",
    payload,
  };
}

function piece(number: number, from_ms: number, to_ms: number): AnyPayload {
  return {
    type: "screen.stored",
    piece: number,
    begins: number === 1,
    from_ms,
    to_ms,
    events: 2,
    piece_sha256: "ab".repeat(32),
    piece_bytes: 10,
    stored_bytes: 10 * number,
  };
}

describe("screenFacts", () => {
  it("tells what there is, and where there is nothing", () => {
    const facts = screenFacts(
      [
        piece(1, 300, 2_000),
        { type: "screen.gap", from_ms: 2_000, to_ms: 5_000, reason: "page_reloaded" } as const,
        piece(2, 5_000, 7_000),
      ].map(event),
    );
    expect(facts).toMatchObject({ pieces: 2, fromMs: 300, toMs: 7_000, unavailable: null });
    const moments = [0, 300, 2_000, 3_000, 5_000, 9_000, 60_000];
    expect(moments.map((atMs) => silenceAt(facts, atMs, false))).toEqual([
      "not_begun",
      null,
      null,
      "page_reloaded",
      null,
      null,
      "over",
    ]);
    expect(silenceAt(facts, 60_000, true), "more may come").toBeNull();
  });

  it("knows a record without a screen, and why", () => {
    const facts = screenFacts([event({ type: "screen.unavailable", reason: "not_supported" }, 1)]);
    expect(facts.pieces).toBe(0);
    expect(facts.unavailable).toBe("not_supported");
  });
});
