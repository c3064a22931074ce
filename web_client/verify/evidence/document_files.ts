import type { NamedFile } from "./manifest";
import type { ChainedEvent } from "./timeline_chain";

export type DocumentFault = "missing" | "extra" | "differs";

interface PinnedStep {
  id: string;
  file: { sha256: string; pages: number; bytes: number };
}

/**
 * Whether the PDFs of a package are those of the document steps that were begun: there, of the
 * hash and size that the script pins, read page by page, and no other. Null if so. Their bytes
 * were compared with the hash in the manifest before.
 */
export function documentFault(
  objects: readonly NamedFile[],
  script: unknown,
  events: readonly ChainedEvent[],
): DocumentFault | null {
  const held = new Map(
    objects.filter(({ file }) => file.startsWith("documents/")).map((one) => [one.file, one]),
  );
  const pinned = new Map(pinnedSteps(script).map((step) => [step.id, step.file]));
  const shown = new Set<string>();
  for (const { payload } of events) {
    if (payload === null || typeof payload !== "object" || Array.isArray(payload)) continue;
    const file = typeof payload.step_id === "string" ? pinned.get(payload.step_id) : undefined;
    if (file === undefined) continue;
    if (payload.type === "step.begun") {
      const name = `documents/${file.sha256}.pdf`;
      const found = held.get(name);
      if (found === undefined) return "missing";
      if (found.sha256 !== file.sha256 || found.bytes !== file.bytes) return "differs";
      shown.add(name);
    }
    if (payload.type === "document.read") {
      const same = payload.document_sha256 === file.sha256 && payload.pages === file.pages;
      if (!same) return "differs";
    }
  }
  return shown.size === held.size ? null : "extra";
}

function pinnedSteps(script: unknown): PinnedStep[] {
  const { steps } = script as { steps: Partial<PinnedStep>[] };
  return steps.filter((step): step is PinnedStep => step.file !== undefined && step.file !== null);
}
