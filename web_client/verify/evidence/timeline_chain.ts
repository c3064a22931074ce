import { canonicalBytes, canonicalJson, type JsonValue } from "./canonical_json";
import { sha256Hex } from "./digest";

/** `prev_hash` of the first event of a session (shuanglu/timeline/chain.py). */
export const GENESIS_HASH = "0".repeat(64);

export type ChainFault =
  | "not_json"
  | "not_canonical"
  | "wrong_sequence"
  | "other_session"
  | "broken_link"
  | "wrong_hash";

/** Either the head and the events, or the first event that does not fit, and why. */
export type ChainResult =
  | { ok: true; head: string; events: ChainedEvent[] }
  | { ok: false; seq: number; fault: ChainFault };

export type ChainedEvent = Record<string, JsonValue>;

/** Checks `timeline.jsonl`: form, sequence, session, links and hashes, as the offline verifier. */
export async function verifyTimeline(text: string): Promise<ChainResult> {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const events: ChainedEvent[] = [];
  let head = GENESIS_HASH;
  for (const [index, line] of lines.entries()) {
    const seq = index + 1;
    const event = parsed(line);
    if (typeof event === "string") return { ok: false, seq, fault: event };
    const fault = await faultOf(event, seq, head, events[0]?.session_id ?? event.session_id);
    if (fault !== null) return { ok: false, seq, fault };
    head = String(event.hash);
    events.push(event);
  }
  if (events.length === 0) return { ok: false, seq: 1, fault: "not_json" };
  return { ok: true, head, events };
}

function parsed(line: string): ChainedEvent | "not_json" | "not_canonical" {
  try {
    const value = JSON.parse(line) as JsonValue;
    if (value === null || typeof value !== "object" || Array.isArray(value)) return "not_json";
    // A repeated key or another spelling would be read differently by another program.
    return canonicalJson(value) === line ? value : "not_canonical";
  } catch {
    return "not_json";
  }
}

async function faultOf(
  event: ChainedEvent,
  seq: number,
  previous: string,
  session: JsonValue | undefined,
): Promise<ChainFault | null> {
  if (event.seq !== seq) return "wrong_sequence";
  if (typeof session !== "string" || event.session_id !== session) return "other_session";
  if (event.prev_hash !== previous) return "broken_link";
  const unhashed = Object.fromEntries(Object.entries(event).filter(([key]) => key !== "hash"));
  return event.hash === (await sha256Hex(canonicalBytes(unhashed))) ? null : "wrong_hash";
}
