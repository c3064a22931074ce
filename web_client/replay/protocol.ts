/** What the record's page tells the frame in which the customer's screen is replayed. */
export type ToReplay =
  /** rrweb events on media time, one a line of JSON, behind those that it has. */
  | { kind: "lines"; lines: string }
  /** Where the recording is played now. */
  | { kind: "show"; atMs: number; playing: boolean; rate: number };

/** What the frame tells the page. */
export interface FromReplay {
  kind: "ready" | "shown";
}

export function isFromReplay(value: unknown): value is FromReplay {
  return hasKind(value) && (value.kind === "ready" || value.kind === "shown");
}

export function isToReplay(value: unknown): value is ToReplay {
  if (!hasKind(value)) return false;
  if (value.kind === "lines") return "lines" in value && typeof value.lines === "string";
  return value.kind === "show" && "atMs" in value && typeof value.atMs === "number";
}

function hasKind(value: unknown): value is { kind: unknown } {
  return typeof value === "object" && value !== null && "kind" in value;
}
