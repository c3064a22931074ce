import { diffLines } from "diff";

/** One row of two texts beside each other; null where the other side has more lines. */
export interface Row {
  left: string | null;
  right: string | null;
  leftLine: number | null;
  rightLine: number | null;
  isSame: boolean;
}

/** Rows that are shown, or a number of equal ones that are folded away. */
export type Block = { kind: "rows"; rows: Row[] } | { kind: "folded"; count: number };

const CONTEXT_ROWS = 3;

/** Both texts line by line: what was removed stands beside what was put in its place. */
export function sideBySide(left: string, right: string): Row[] {
  const rows: Row[] = [];
  let removed: string[] = [];
  const at = { left: 0, right: 0 };
  const pair = (before: readonly string[], after: readonly string[]): void => {
    for (let i = 0; i < Math.max(before.length, after.length); i += 1) {
      rows.push({
        left: before[i] ?? null,
        right: after[i] ?? null,
        leftLine: i < before.length ? (at.left += 1) : null,
        rightLine: i < after.length ? (at.right += 1) : null,
        isSame: false,
      });
    }
  };
  for (const part of diffLines(closed(left), closed(right))) {
    const lines = part.value.replace(/\n$/, "").split("\n");
    if (part.removed) {
      removed = lines;
    } else if (part.added) {
      pair(removed, lines);
      removed = [];
    } else {
      pair(removed, []);
      removed = [];
      for (const line of lines) {
        at.left += 1;
        at.right += 1;
        const [leftLine, rightLine] = [at.left, at.right];
        rows.push({ left: line, right: line, leftLine, rightLine, isSame: true });
      }
    }
  }
  pair(removed, []);
  return rows;
}

/** The changes with a few rows around each; the rest is folded. Nothing is left when all is the same. */
export function folded(rows: readonly Row[]): Block[] {
  const near = rows.map((_, i) =>
    rows.slice(Math.max(0, i - CONTEXT_ROWS), i + CONTEXT_ROWS + 1).some((row) => !row.isSame),
  );
  const blocks: Block[] = [];
  rows.forEach((row, i) => {
    const last = blocks.at(-1);
    if (near[i] === true) {
      if (last?.kind === "rows") last.rows.push(row);
      else blocks.push({ kind: "rows", rows: [row] });
    } else if (last?.kind === "folded") {
      last.count += 1;
    } else {
      blocks.push({ kind: "folded", count: 1 });
    }
  });
  return blocks;
}

function closed(text: string): string {
  const unix = text.replaceAll("\r\n", "\n");
  return unix === "" || unix.endsWith("\n") ? unix : `${unix}\n`;
}
