import { sha256Hex, unhex } from "./digest";
import type { MediaEntry } from "./manifest";
import type { ChainedEvent } from "./timeline_chain";

export type MediaFault =
  "journal_unreadable" | "bytes_not_listed" | "cluster_changed" | "head_differs" | "not_in_timeline";

interface JournalEntry {
  cluster: number;
  offset: number;
  size: number;
  sha256: string;
  head: string;
}

/**
 * Follows one stretch's journal over its file: every byte belongs to a cluster, every cluster's
 * hash is chained, the last head is the one that was sealed, and every head that the timeline
 * took is on the way. Null if all of it holds. It does not look inside the clusters.
 */
export async function mediaFault(
  entry: MediaEntry,
  media: Uint8Array<ArrayBuffer>,
  journalText: string,
  events: readonly ChainedEvent[],
): Promise<MediaFault | null> {
  const journal = parsedJournal(journalText);
  if (journal === null) return "journal_unreadable";
  let position = entry.header_bytes;
  let head = await sha256Hex(media.slice(0, position));
  const heads = [head];
  for (const [index, one] of journal.entries()) {
    if (one.cluster !== index + 1 || one.offset !== position) return "bytes_not_listed";
    const sha256 = await sha256Hex(media.slice(position, position + one.size));
    if (sha256 !== one.sha256) return "cluster_changed";
    head = await sha256Hex(new Uint8Array([...unhex(head), ...unhex(sha256)]));
    if (head !== one.head) return "head_differs";
    heads.push(head);
    position += one.size;
  }
  if (position !== media.length) return "bytes_not_listed";
  if (head !== entry.journal_head || journal.length !== entry.clusters) return "head_differs";
  return isInTimeline(entry.stretch, heads, events) ? null : "not_in_timeline";
}

/** The heads that the timeline took of this stretch, the last of them the sealed one. */
function isInTimeline(
  stretch: number,
  heads: readonly string[],
  events: readonly ChainedEvent[],
): boolean {
  let last: string | undefined;
  for (const { payload } of events) {
    if (payload === null || typeof payload !== "object" || Array.isArray(payload)) return false;
    if (payload.stretch !== stretch) continue;
    if (payload.type !== "media.stored" && payload.type !== "stretch.ended") continue;
    last = heads[Number(payload.clusters)];
    if (last === undefined || last !== payload.head) return false;
  }
  return last === heads.at(-1);
}

function parsedJournal(text: string): JournalEntry[] | null {
  const lines = text.split("\n");
  if (lines.pop() !== "") return null;
  try {
    const entries = lines.map((line) => JSON.parse(line) as JournalEntry);
    return entries.every(isWhole) ? entries : null;
  } catch {
    return null;
  }
}

function isWhole(entry: JournalEntry): boolean {
  return (
    [entry.cluster, entry.offset, entry.size].every(Number.isSafeInteger) &&
    entry.size > 0 &&
    [entry.sha256, entry.head].every((digits) => /^[0-9a-f]{64}$/.test(digits))
  );
}
