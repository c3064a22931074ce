import { describe, expect, it } from "vitest";

import { folded, sideBySide } from "./side_by_side";

const LINES = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`).join("\n");

describe("two texts side by side", () => {
  it("put a change beside what it replaces, each with its own number", () => {
    const rows = sideBySide("a\nb\nc\n", "a\nB\nB2\nc\n");
    expect(rows.map((row) => [row.leftLine, row.left, row.right, row.rightLine])).toEqual([
      [1, "a", "a", 1],
      [2, "b", "B", 2],
      [null, null, "B2", 3],
      [3, "c", "c", 4],
    ]);
    expect(rows.map((row) => row.isSame)).toEqual([true, false, false, true]);
  });

  it("show what was only removed, at the end too", () => {
    const rows = sideBySide("a\nb\n", "a\n");
    expect(rows.at(-1)).toEqual({
      left: "b",
      right: null,
      leftLine: 2,
      rightLine: null,
      isSame: false,
    });
  });

  it("take neither a missing last line break nor Windows' own for a change", () => {
    expect(sideBySide("a\r\nb", "a\nb\n").every((row) => row.isSame)).toBe(true);
  });

  it("fold what is far from every change", () => {
    const blocks = folded(sideBySide(LINES, LINES.replace("line 10", "line ten")));
    expect(blocks.map((block) => (block.kind === "folded" ? block.count : block.rows.length))).toEqual(
      [6, 7, 7],
    );
  });

  it("fold everything when nothing changed, and nothing when there is nothing", () => {
    expect(folded(sideBySide(LINES, LINES))).toEqual([{ kind: "folded", count: 20 }]);
    expect(sideBySide("", "x").map((row) => row.right)).toEqual(["x"]);
  });
});
