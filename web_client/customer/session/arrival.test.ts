import { describe, expect, it } from "vitest";

import { arrivalIn } from "./arrival";

describe("arrivalIn", () => {
  it.each([
    ["", { kind: "nothing" }],
    ["#abc", { kind: "nothing" }],
    ["#abcdefgh-_12", { kind: "invitation", code: "abcdefgh-_12" }],
    ["#h.abcdefgh-_12", { kind: "handover", code: "abcdefgh-_12", way: "link" }],
    ["#q.abcdefgh-_12", { kind: "handover", code: "abcdefgh-_12", way: "qr" }],
    ["#h.short", { kind: "nothing" }],
    ["#h.<script>alert(1)</script>", { kind: "nothing" }],
    ["#enter", { kind: "digits" }],
  ])("%s", (hash, arrival) => {
    expect(arrivalIn(hash)).toEqual(arrival);
  });
});
