import type { Event } from "@wire/wire";
import { describe, expect, it } from "vitest";

import { fixtureText } from "../../verify/fixtures/read_fixture";
import { laneSpans } from "./lane_spans";
import { markerAfter, markerAt, markersOf } from "./markers";

const events = fixtureText("timeline.jsonl")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Event);
const markers = markersOf(events);

describe("markersOf", () => {
  it("makes one marker an event that people look for, without a place before the recording began", () => {
    const seen = events.filter((event) => event.payload.type !== "observation.sampled");
    expect(markers.length).toBe(seen.length);
    expect(markers[0]).toMatchObject({ kind: "session", fromMs: null });
  });

  it("places spans where they were, not where they were told", () => {
    const signature = markers.find((marker) => marker.kind === "signature");
    expect(signature).toMatchObject({ fromMs: 300, toMs: 800, tone: "good" });
    const gap = markers.find((marker) => marker.kind === "gap");
    expect(gap).toMatchObject({ fromMs: 1000, toMs: 1500, tone: "warning" });
  });

  it("finds the marker of a moment and the next one", () => {
    const at = markerAt(markers, 310);
    expect(at?.fromMs).toBeLessThanOrEqual(310);
    const next = markerAfter(markers, 310);
    expect(next?.fromMs).toBeGreaterThan(310);
    expect(markerAfter(markers, 1e9)).toBeNull();
    expect(markerAt([], 5)).toBeNull();
  });

  it("reaches every placed marker by asking for the next one", () => {
    const seen = new Set<number>();
    for (let atMs = -1, next = markerAfter(markers, -10); next?.fromMs != null; ) {
      expect(next.fromMs).toBeGreaterThan(atMs);
      atMs = next.fromMs;
      seen.add(atMs);
      next = markerAfter(markers, atMs);
    }
    const places = markers.map((marker) => marker.fromMs).filter((at) => at !== null);
    expect(seen).toEqual(new Set(places));
  });
});

describe("laneSpans", () => {
  const spans = laneSpans(events, 2000);

  it("pairs beginnings with their ends", () => {
    expect(spans.find((span) => span.kind === "step")).toMatchObject({ tone: "good" });
    expect(spans.find((span) => span.kind === "alert")).toMatchObject({ fromMs: 100, toMs: 900 });
    expect(spans.find((span) => span.kind === "gap")).toMatchObject({ fromMs: 1000, toMs: 1500 });
  });

  it("lets what never ended reach to the end", () => {
    const open = laneSpans(
      events.filter((event) => event.payload.type !== "step.completed"),
      2000,
    );
    expect(open.find((span) => span.kind === "step")).toMatchObject({ toMs: 2000, tone: "plain" });
  });

  it("never draws backwards", () => {
    for (const span of spans) expect(span.toMs).toBeGreaterThanOrEqual(span.fromMs);
  });
});
