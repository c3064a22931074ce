import type { Script } from "@wire/wire";
import { describe, expect, it } from "vitest";

import { branchingSteps } from "./branching_steps";

const WORDS = { zh: "问", en: "ask" };

/** As the server sends it: what a script does not use is not there. */
function script(steps: readonly unknown[]): Script {
  return { steps } as unknown as Script;
}

function question(id: string, when?: unknown): unknown {
  const choices = [{ id: "yes", label: WORDS, accepted: true }];
  return { id, kind: "question", title: WORDS, choices, ...(when === undefined ? {} : { when }) };
}

describe("steps that branch", () => {
  it("are those that a condition asks about, however deep", () => {
    const deep = { all: [{ fact: "age", at_least: 60 }, { not: { any: [{ answer: "b", is: ["yes"] }] } }] };
    const found = branchingSteps(script([question("a"), question("b"), question("c", deep)]));
    expect(found.map((step) => step.id)).toEqual(["b"]);
    expect(found[0]?.choices).toHaveLength(1);
  });

  it("are none without conditions", () => {
    expect(branchingSteps(script([question("a"), { id: "z", kind: "confirmation" }]))).toEqual([]);
  });
});
