import type { Event } from "@wire/wire";
import { describe, expect, it } from "vitest";

import { transcriptOf } from "./transcript";

function said(seq: number, fromMs: number, text: string): Event {
  return {
    seq,
    payload: {
      type: "speech.recognised",
      speaker: "customer",
      from_ms: fromMs,
      to_ms: fromMs + 1000,
      evaluated: text !== "",
      text,
      confidence: 0.8,
      lips: "moving",
      model: "m",
      model_sha256: null,
    },
  } as Event;
}

function phrase(fromMs: number, text: string): Event {
  return {
    seq: 99,
    payload: {
      type: "phrase.heard",
      phrase: "principal_guaranteed",
      topic: "guarantee",
      kind: "forbidden",
      speaker: "customer",
      text,
      how: "exact",
      from_ms: fromMs,
      to_ms: fromMs + 1000,
      policy_version: 1,
    },
  } as Event;
}

describe("transcriptOf", () => {
  it("orders by the recording and cuts the phrases out", () => {
    const found = transcriptOf([said(2, 5000, "这个保本吗保本"), said(1, 100, "好的"), phrase(5000, "保本")]);
    expect(found.map(({ speech }) => speech.text)).toEqual(["好的", "这个保本吗保本"]);
    expect(found[0]?.phrases).toEqual([]);
    const pieces = found[1]?.pieces.map(({ text, phrase: hit }) => [text, hit !== null]);
    expect(pieces).toEqual([["这个", false], ["保本", true], ["吗", false], ["保本", true]]);
  });

  it("keeps what was not recognised, and phrases alike in sound only beside it", () => {
    const [unknown] = transcriptOf([said(1, 0, "")]);
    expect(unknown).toMatchObject({ pieces: [] });
    const [alike] = transcriptOf([said(1, 0, "饱本"), phrase(0, "保本")]);
    expect(alike?.phrases).toHaveLength(1);
    expect(alike?.pieces).toEqual([{ text: "饱本", phrase: null }]);
  });
});
