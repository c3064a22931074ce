import { describe, expect, it } from "vitest";

import { documentFault } from "./document_files";
import type { NamedFile } from "./manifest";
import type { ChainedEvent } from "./timeline_chain";

const SHA256 = "a".repeat(64);
const SCRIPT = {
  steps: [
    { id: "paper", file: { sha256: SHA256, pages: 2, bytes: 9 } },
    { id: "text", pages: [] },
  ],
};
const PDF: NamedFile = { file: `documents/${SHA256}.pdf`, bytes: 9, sha256: SHA256 };
const BEGUN = { type: "step.begun", step_id: "paper", attempt: 1 };
const READ = { type: "document.read", step_id: "paper", document_sha256: SHA256, pages: 2 };

function fault(objects: NamedFile[], ...payloads: unknown[]): string | null {
  const events = payloads.map((payload, at) => ({ seq: at + 1, payload }));
  return documentFault(objects, SCRIPT, events as unknown as ChainedEvent[]);
}

describe("the PDFs of a package", () => {
  it("are those that the script pins and the session showed", () => {
    expect(fault([PDF], BEGUN, READ)).toBeNull();
    expect(fault([], { ...BEGUN, step_id: "text" })).toBeNull();
  });

  it("are missed, and found where they were never shown", () => {
    expect(fault([], BEGUN)).toBe("missing");
    expect(fault([PDF], { ...BEGUN, step_id: "text" })).toBe("extra");
  });

  it.each([
    [{ ...PDF, sha256: "b".repeat(64) }, READ],
    [{ ...PDF, bytes: 8 }, READ],
    [PDF, { ...READ, document_sha256: "b".repeat(64) }],
    [PDF, { ...READ, pages: 1 }],
  ])("are no others: %o", (object, read) => {
    expect(fault([object], BEGUN, read)).toBe("differs");
  });
});
