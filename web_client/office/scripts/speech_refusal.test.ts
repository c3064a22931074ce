import type { SpeechView } from "@wire/wire";
import { describe, expect, it } from "vitest";

import { speechFinding, speechRefusal } from "./speech_refusal";
import { skeleton } from "./yaml_lines";

const WORDS = { zh: "不行", en: "no" };

function refused(change: Partial<SpeechView>): SpeechView {
  return {
    state: "refused",
    steps: [],
    refused_because: "x",
    refused_step: "confirmation",
    refused_reason: "no_words",
    ...change,
  };
}

describe("speech that cannot be rendered", () => {
  it("is a finding at the step, which it names", () => {
    const found = speechFinding(refused({}), skeleton("a-b"), WORDS);
    expect(skeleton("a-b").split("\n")[(found?.line ?? 0) - 1]).toContain("id: confirmation");
    expect(found).toMatchObject({ level: "error", reason: "no_words", path: "confirmation" });
    expect(speechRefusal(refused({}))).toEqual({
      key: "script_speech.no_words",
      places: { step: "confirmation" },
    });
  });

  it("is one at the voice where that does not exist", () => {
    const view = refused({ refused_reason: "no_voice", refused_step: "voice" });
    const found = speechFinding(view, skeleton("a-b"), WORDS);
    expect(skeleton("a-b").split("\n")[(found?.line ?? 0) - 1]).toContain("voice:");
  });

  it("is none while it is rendered, or there", () => {
    for (const state of ["ready", "rendering"] as const) {
      expect(speechFinding(refused({ state }), "", WORDS)).toBeNull();
      expect(speechRefusal(refused({ state }))).toBeNull();
    }
  });
});
