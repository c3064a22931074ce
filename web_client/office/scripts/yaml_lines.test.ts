import { describe, expect, it } from "vitest";

import {
  fromTemplate,
  lineOfStep,
  lineOfVoice,
  scriptIdIn,
  skeleton,
  stepAtLine,
  withVersion,
} from "./yaml_lines";

const TEXT = skeleton("bank-new");

describe("a script's lines", () => {
  it("name the script", () => {
    expect(scriptIdIn(TEXT)).toBe("bank-new");
    expect(scriptIdIn('# first\nid: "quoted-id" # why\n')).toBe("quoted-id");
    expect(scriptIdIn("steps:\n  - id: opening\n")).toBeNull();
    expect(scriptIdIn("id: Ünfit\n")).toBeNull();
    expect(scriptIdIn("")).toBeNull();
  });

  it("of a template keep every comment under another name", () => {
    const template = "# first\nid: fund-sale\nversion: 4\n# replace\nvoice: a\nsteps:\n  - id: x\n";
    const mine = fromTemplate(template, "my-funds");
    expect(mine).toBe("# first\nid: my-funds\nversion: 1\n# replace\nvoice: a\nsteps:\n  - id: x\n");
    expect(lineOfVoice(mine)).toBe(5);
  });

  it("take another number, once", () => {
    const next = withVersion(TEXT, 4);
    expect(next).toContain("\nversion: 4\n");
    expect(next).not.toContain("version: 1");
    expect(withVersion("id: x-y\n", 2)).toBe("version: 2\nid: x-y\n");
    expect(withVersion(next, 4)).toBe(next);
  });

  it("belong to the step above them", () => {
    const ids = ["opening", "confirmation"];
    const opening = lineOfStep(TEXT, "opening") ?? 0;
    expect(stepAtLine(TEXT, opening - 1, ids)).toBeNull();
    expect(stepAtLine(TEXT, opening, ids)).toBe("opening");
    expect(stepAtLine(TEXT, opening + 3, ids)).toBe("opening");
    expect(stepAtLine(TEXT, 999, ids)).toBe("confirmation");
    expect(lineOfStep(TEXT, "nowhere")).toBeNull();
  });

  it("do not take a choice for a step", () => {
    const text = "steps:\n  - id: asked\n    choices:\n      - id: understood\n        accepted: true\n";
    expect(stepAtLine(text, 5, ["asked"])).toBe("asked");
  });
});
