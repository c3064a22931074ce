/** What rrweb gives: `type` is its `EventType`. */
export interface RecordedEvent {
  type: number;
  data: unknown;
}

/** An event that waits to be sent, written already. */
export interface PendingEvent {
  type: number;
  /** Of `performance.now()`. */
  pageMs: number;
  json: string;
}

/** rrweb's `EventType.Meta`: before every picture of the whole page. */
export const META = 4;
/** Characters of one piece; a single larger event still goes alone. */
export const PIECE_CHARACTERS = 256 * 1024;
export const PIECE_EVENTS = 5_000;

/** Events in their order until they are sent. A piece never holds two beginnings. */
export class PendingEvents {
  #events: PendingEvent[] = [];
  #characters = 0;

  get characters(): number {
    return this.#characters;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  add({ type, data }: RecordedEvent, pageMs: number): void {
    const json = JSON.stringify({ type, data });
    this.#events.push({ type, pageMs, json });
    this.#characters += json.length;
  }

  clear(): void {
    this.#events = [];
    this.#characters = 0;
  }

  /** Takes the events of the next piece, at least the first; with a beginning, the whole page. */
  take(): PendingEvent[] {
    let characters = 0;
    let count = 0;
    const atLeast = this.#events[0]?.type === META ? 2 : 1;
    for (const event of this.#events) {
      const full = characters + event.json.length > PIECE_CHARACTERS || count >= PIECE_EVENTS;
      if (count >= atLeast && (full || event.type === META)) break;
      characters += event.json.length;
      count += 1;
    }
    this.#characters -= characters;
    return this.#events.splice(0, count);
  }
}

/** One event a line, at its media time. */
export function linesOf(events: readonly PendingEvent[], atMs: readonly number[]): string {
  return events
    .map((event, index) => `{"timestamp":${String(atMs[index] ?? 0)},${event.json.slice(1)}\n`)
    .join("");
}
