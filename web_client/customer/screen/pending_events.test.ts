// @vitest-environment node
import { gunzipSync } from "node:zlib";

import { describe, expect, it, vi } from "vitest";

import { pack } from "./packing";
import { linesOf, META, PendingEvents, PIECE_CHARACTERS, PIECE_EVENTS } from "./pending_events";

const CHANGE = { type: 3, data: { source: 0 } };
const WHOLE = [
  { type: META, data: { href: "https://localhost/c/", width: 390, height: 844 } },
  { type: 2, data: { node: { id: 1 } } },
];

function filled(...events: { type: number; data: unknown }[]): PendingEvents {
  const pending = new PendingEvents();
  events.forEach((event, index) => {
    pending.add(event, index);
  });
  return pending;
}

describe("PendingEvents", () => {
  it("gives all that waits as one piece", () => {
    const pending = filled(...WHOLE, CHANGE, CHANGE);
    expect(pending.take().map((event) => event.type)).toEqual([4, 2, 3, 3]);
    expect(pending.isEmpty).toBe(true);
    expect(pending.characters).toBe(0);
  });

  it("begins a new piece with a new beginning, and only with it", () => {
    const pending = filled(CHANGE, ...WHOLE, ...WHOLE, CHANGE);
    const taken = [pending.take(), pending.take(), pending.take()];
    expect(taken.map((piece) => piece.map((event) => event.type))).toEqual([
      [3],
      [4, 2],
      [4, 2, 3],
    ]);
  });

  it("keeps a beginning and its page together, however large it is", () => {
    const large = { type: 2, data: "x".repeat(PIECE_CHARACTERS) };
    const pending = filled({ type: META, data: {} }, large, CHANGE);
    expect(pending.take().map((event) => event.type)).toEqual([4, 2]);
    expect(pending.take()).toHaveLength(1);
  });

  it("bounds a piece in characters and in events", () => {
    const half = { type: 3, data: "x".repeat(PIECE_CHARACTERS / 2) };
    expect(filled(half, half, half).take()).toHaveLength(1);
    const many = filled(...Array.from({ length: PIECE_EVENTS + 1 }, () => CHANGE));
    expect(many.take()).toHaveLength(PIECE_EVENTS);
    expect(many.take()).toHaveLength(1);
  });
});

describe("lines of a piece", () => {
  it("are rrweb events at their media time, one a line", async () => {
    const lines = linesOf(filled(...WHOLE, { type: 3, data: "双录\n" }).take(), [5, 5, 900]);
    const { packed, data } = await pack(lines);
    expect(packed).toBe(true);
    const read = gunzipSync(Buffer.from(data, "base64")).toString().split("\n");
    expect(read.pop()).toBe("");
    expect(read.map((line) => JSON.parse(line) as unknown)).toEqual([
      { ...WHOLE[0], timestamp: 5 },
      { ...WHOLE[1], timestamp: 5 },
      { type: 3, data: "双录\n", timestamp: 900 },
    ]);
  });

  it("go unpacked where the browser cannot pack", async () => {
    vi.stubGlobal("CompressionStream", undefined);
    const lines = `${"双录".repeat(30_000)}\n`;
    const { packed, data } = await pack(lines);
    vi.unstubAllGlobals();
    expect(packed).toBe(false);
    expect(Buffer.from(data, "base64").toString()).toBe(lines);
  });
});
