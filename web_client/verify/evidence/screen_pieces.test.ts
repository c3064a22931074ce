// @vitest-environment node
import { describe, expect, it } from "vitest";

import { screenFault } from "./screen_pieces";
import type { ChainedEvent } from "./timeline_chain";

const A = "a".repeat(64);
const B = "b".repeat(64);

function stored(piece: number, piece_sha256: string): ChainedEvent {
  return { payload: { type: "screen.stored", piece, piece_sha256, piece_bytes: 10 } };
}

function file(sha256: string, bytes = 10): { file: string; bytes: number; sha256: string } {
  return { file: `screen/${sha256}.jsonl.gz`, bytes, sha256 };
}

describe("screenFault", () => {
  it("finds nothing where files and timeline agree, or where there is no screen", () => {
    expect(screenFault([file(A), file(B)], [stored(1, A), stored(2, B)])).toBeNull();
    expect(screenFault([], [])).toBeNull();
  });

  it("finds a piece that is missing, of another size, added, or out of its turn", () => {
    expect(screenFault([file(A)], [stored(1, A), stored(2, B)])).toBe("missing");
    expect(screenFault([file(A, 11)], [stored(1, A)])).toBe("missing");
    expect(screenFault([file(A), file(B)], [stored(1, A)])).toBe("extra");
    expect(screenFault([file(A), file(B)], [stored(1, A), stored(3, B)])).toBe("order");
  });
});
