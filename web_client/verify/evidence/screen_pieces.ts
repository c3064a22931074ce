import type { NamedFile } from "./manifest";
import type { ChainedEvent } from "./timeline_chain";

export type ScreenFault = "missing" | "extra" | "order";

/**
 * Whether the screen recording's files are those that the timeline names, each in its turn and
 * of its size, and no other. Null if so. Their bytes are compared with the files' hashes before;
 * it does not look inside.
 */
export function screenFault(
  objects: readonly NamedFile[],
  events: readonly ChainedEvent[],
): ScreenFault | null {
  const held = new Map(
    objects.filter(({ file }) => file.startsWith("screen/")).map((one) => [one.file, one.bytes]),
  );
  const named = new Set<string>();
  let piece = 0;
  for (const { payload } of events) {
    if (payload === null || typeof payload !== "object" || Array.isArray(payload)) continue;
    if (payload.type !== "screen.stored") continue;
    piece += 1;
    if (payload.piece !== piece) return "order";
    const file = `screen/${String(payload.piece_sha256)}.jsonl.gz`;
    if (held.get(file) !== payload.piece_bytes) return "missing";
    named.add(file);
  }
  return named.size === held.size ? null : "extra";
}
