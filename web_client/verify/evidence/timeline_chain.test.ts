// @vitest-environment node
import { describe, expect, it } from "vitest";

import { fixtureText } from "../fixtures/read_fixture";
import { canonicalJson } from "./canonical_json";
import { verifyTimeline, type ChainedEvent } from "./timeline_chain";

const text = fixtureText("timeline.jsonl");
const lines = text.trimEnd().split("\n");

function changed(index: number, change: (event: ChainedEvent) => void): string {
  const event = JSON.parse(lines[index] ?? "") as ChainedEvent;
  change(event);
  return [...lines.slice(0, index), canonicalJson(event), ...lines.slice(index + 1)].join("\n");
}

describe("verifyTimeline", () => {
  it("finds the head that Python's chain has", async () => {
    const last = JSON.parse(lines.at(-1) ?? "") as { hash: string };
    const result = await verifyTimeline(text);
    expect(result).toMatchObject({ ok: true, head: last.hash });
    expect(result.ok && result.events.length).toBe(lines.length);
  });

  it.each([
    ["content changed", changed(4, (event) => (event.actor = "staff")), 5, "wrong_hash"],
    ["a field more", changed(4, (event) => (event.extra = 1)), 5, "wrong_hash"],
    ["hash changed", changed(4, (event) => (event.hash = "0".repeat(64))), 5, "wrong_hash"],
    ["link changed", changed(4, (event) => (event.prev_hash = "0".repeat(64))), 5, "broken_link"],
    ["session changed", changed(4, (event) => (event.session_id = "x")), 5, "other_session"],
    ["one dropped", lines.toSpliced(3, 1).join("\n"), 4, "wrong_sequence"],
    ["the first dropped", lines.slice(1).join("\n"), 1, "wrong_sequence"],
    ["two swapped", [lines[1], lines[0], ...lines.slice(2)].join("\n"), 1, "wrong_sequence"],
    ["one twice", [lines[0], lines[0], ...lines.slice(1)].join("\n"), 2, "wrong_sequence"],
    ["a line cut", text.slice(0, -40), lines.length, "not_json"],
    ["not an object", `${text}[]\n`, lines.length + 1, "not_json"],
    ["an empty line", `${text}\n`, lines.length + 1, "not_json"],
    ["white space", text.replace('{"actor"', '{ "actor"'), 1, "not_canonical"],
    ["a repeated key", text.replace('{"actor"', '{"actor":"staff","actor"'), 1, "not_canonical"],
    ["nothing", "", 1, "not_json"],
  ])("tells of %s", async (_what, tampered, seq, fault) => {
    expect(await verifyTimeline(tampered)).toEqual({ ok: false, seq, fault });
  });

  it("finds any single changed character", async () => {
    for (let at = 7; at < text.length; at += 211) {
      const other = text[at] === "7" ? "8" : "7";
      const tampered = text.slice(0, at) + other + text.slice(at + 1);
      expect((await verifyTimeline(tampered)).ok, `at ${at}`).toBe(false);
    }
  });
});
