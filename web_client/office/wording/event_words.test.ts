import type { AnyPayload, Event } from "@wire/wire";
import { describe, expect, it } from "vitest";

import { createPageI18n } from "@shared/i18n/create";
import { LOCALES, type Locale } from "@shared/i18n/locale";

import { fixtureText } from "../../verify/fixtures/read_fixture";
import { en } from "../messages/en";
import { zh } from "../messages/zh";
import { alertWords, EVENT_TYPES, eventWords, type WordingContext } from "./event_words";

const events = fixtureText("timeline.jsonl")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Event);

/** The part of vue-i18n's composer that is used here; its own types are too deep to infer. */
interface Composer {
  t(key: string, places: Record<string, string | number>): string;
  te(key: string): boolean;
}

function speaking(locale: Locale): WordingContext {
  const composer = createPageI18n(locale, { zh, en }).global as unknown as Composer;
  const say = Object.assign(
    (key: string, places: Record<string, string | number> = {}) => composer.t(key, places),
    { has: (key: string) => composer.te(key) },
  );
  return { say, stepTitle: (id) => `<${id}>`, choiceLabel: (_, id) => `[${id}]` };
}

describe("eventWords", () => {
  it("has words for every type of event that Python knows, and the fixture has them all", () => {
    expect(new Set(events.map((event) => event.payload.type))).toEqual(new Set(EVENT_TYPES));
  });

  it.each(LOCALES)("tells every event in plain words (%s)", (locale) => {
    for (const { payload } of events) {
      const words = eventWords(payload, speaking(locale));
      expect(words, payload.type).not.toMatch(/undefined|NaN|\{|^event\./);
      // A key that has no words is shown as itself.
      expect(words, payload.type).not.toMatch(/[a-z]+_?[a-z]*\.[a-z]+_[a-z]+/);
    }
  });

  const VALUES: AnyPayload[] = [
    ...(["disconnected", "server_restarted", "replaced", "track_silent"] as const).map(
      (reason): AnyPayload => ({ type: "media.gap", from_ms: 0, to_ms: 1500, reason }),
    ),
    ...(["clear", "black", "frozen", "not_evaluated"] as const).map(
      (value): AnyPayload => ({
        type: "observation.changed",
        fact: "picture",
        value,
        score: null,
        since_ms: 0,
        model_sha256: null,
      }),
    ),
    ...(
      [
        "answer_refused",
        "voice_missing",
        "face_missing",
        "several_faces",
        "interrupted",
        "media_missing",
        "customer_redo",
      ] as const
    ).map((reason): AnyPayload => ({ type: "step.failed", step_id: "risk", attempt: 2, reason })),
    ...(["disconnected", "page_hidden", "proof_insufficient", "proof_missing"] as const).map(
      (reason): AnyPayload => ({ type: "prompt.interrupted", step_id: "risk", attempt: 1, reason }),
    ),
  ];

  it.each(VALUES)("has words for every value: %o", (payload) => {
    for (const locale of LOCALES) {
      expect(eventWords(payload, speaking(locale))).not.toMatch(/[a-z]+_[a-z]+/);
    }
  });

  it("names the step by its title and the length in seconds", () => {
    const context = speaking("zh");
    const gap: AnyPayload = { type: "media.gap", from_ms: 1000, to_ms: 9500, reason: "disconnected" };
    expect(eventWords(gap, context)).toBe("此处 8.5 秒没有录像:连接断开");
    const begun: AnyPayload = { type: "step.begun", step_id: "risk", attempt: 2 };
    expect(eventWords(begun, context)).toBe("开始“<risk>”(第 2 次)");
  });

  it("names the tapped answer by its label", () => {
    const tapped = events.find(({ payload }) => payload.type === "answer.tapped");
    if (tapped?.payload.type !== "answer.tapped") throw new Error("no answer in the fixture");
    expect(eventWords(tapped.payload, speaking("zh"))).toContain(`“[${tapped.payload.choice}]”`);
  });

  it("shows the code of an alert that it does not know", () => {
    expect(alertWords("moon_too_bright", speaking("zh").say)).toContain("moon_too_bright");
  });
});
