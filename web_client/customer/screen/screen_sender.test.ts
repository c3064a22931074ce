import { ApiError } from "@shared/api/problem";
import type { ScreenPieceSent, ScreenPosition } from "@wire/wire";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { META } from "./pending_events";
import { MOST_WAITING_CHARACTERS, PIECE_EVERY_MS, ScreenSender } from "./screen_sender";

const CHANGE = { type: 3, data: { source: 0 } };

/** A server that counts pieces as ours does. Its clock is 1000 ms ahead of the page's. */
class Server {
  readonly pieces: { lines: string[]; afterLoss: boolean }[] = [];
  readonly reasons: string[] = [];
  /** What it answers instead, for as long as it is set. */
  failure: ApiError | null = null;
  /** Stores the next piece and loses the answer. */
  losesAnswer = false;
  recording = true;
  /** How long an answer takes. */
  answersAfterMs = 0;
  storedMs: number | null = null;
  /** Pieces of another page of the same session. */
  others = 0;

  position(): Promise<ScreenPosition> {
    if (this.failure !== null) return Promise.reject(this.failure);
    return Promise.resolve({
      next_piece: this.pieces.length + this.others + 1,
      recorded_to_ms: this.storedMs,
      media_ms: this.recording ? performance.now() + 1_000 : null,
    });
  }

  async send(sent: ScreenPieceSent): Promise<ScreenPosition> {
    if (this.failure !== null) throw this.failure;
    const due = this.pieces.length + this.others + 1;
    const lines = sent.data.split("\n").slice(0, -1);
    const last = this.pieces.at(-1);
    const again = sent.piece === due - 1 && last?.lines.join() === lines.join();
    if (sent.piece !== due && !again) throw new ApiError("conflict", 409, false, "not due");
    if (!again) this.pieces.push({ lines, afterLoss: sent.after_loss });
    this.storedMs = timesOf(lines).at(-1) ?? null;
    if (this.answersAfterMs > 0) {
      await new Promise((resolve) => setTimeout(resolve, this.answersAfterMs));
    }
    if (this.losesAnswer) {
      this.losesAnswer = false;
      throw ApiError.offline();
    }
    return this.position();
  }

  unavailable(reason: string): Promise<void> {
    this.reasons.push(reason);
    return Promise.resolve();
  }

  get kinds(): number[][] {
    return this.pieces.map(({ lines }) => lines.map((line) => parsed(line).type));
  }
}

function parsed(line: string): { type: number; timestamp: number } {
  return JSON.parse(line) as { type: number; timestamp: number };
}

function timesOf(lines: readonly string[]): number[] {
  return lines.map((line) => parsed(line).timestamp);
}

let server: Server;
let sender: ScreenSender;
let running: Promise<void>;

function showPage(): void {
  sender.add({ type: META, data: {} });
  sender.add({ type: 2, data: {} });
}

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  sender = new ScreenSender({
    transport: server,
    pack: (lines) => Promise.resolve({ packed: false, data: lines }),
    now: () => performance.now(),
    random: () => 0,
    beginAnew: showPage,
  });
});

afterEach(async () => {
  server.failure = null;
  sender.finish();
  await vi.advanceTimersByTimeAsync(60_000);
  await running;
  vi.useRealTimers();
});

async function started(): Promise<void> {
  running = sender.locate().then((known) => (known ? sender.run() : undefined));
  await vi.advanceTimersByTimeAsync(0);
  showPage();
}

describe("ScreenSender", () => {
  it("sends what came within two seconds as one piece, on the session's clock", async () => {
    await started();
    const at = Math.round(performance.now());
    await vi.advanceTimersByTimeAsync(500);
    sender.add(CHANGE);
    await vi.advanceTimersByTimeAsync(PIECE_EVERY_MS);
    expect(server.kinds).toEqual([[4, 2, 3]]);
    expect(timesOf(server.pieces[0]?.lines ?? [])).toEqual([at + 1_000, at + 1_000, at + 1_500]);
    sender.add(CHANGE);
    sender.flush();
    await vi.advanceTimersByTimeAsync(0);
    expect(server.kinds).toEqual([[4, 2, 3], [3]]);
  });

  it("sends at once what is asked for while another piece is on its way", async () => {
    await started();
    server.answersAfterMs = 200;
    await vi.advanceTimersByTimeAsync(PIECE_EVERY_MS + 100);
    sender.add(CHANGE);
    let isSent = false;
    void sender.sent().then(() => (isSent = true));
    await vi.advanceTimersByTimeAsync(500);
    expect(isSent).toBe(true);
    expect(server.kinds).toEqual([[4, 2], [3]]);
  });

  it("waits until something is recorded", async () => {
    server.recording = false;
    running = sender.locate().then((known) => (known ? sender.run() : undefined));
    await vi.advanceTimersByTimeAsync(30_000);
    server.recording = true;
    await vi.advanceTimersByTimeAsync(10_000);
    showPage();
    await vi.advanceTimersByTimeAsync(PIECE_EVERY_MS);
    expect(server.kinds).toEqual([[4, 2]]);
  });

  it("goes on after an outage, with nothing lost", async () => {
    await started();
    await vi.advanceTimersByTimeAsync(PIECE_EVERY_MS);
    server.failure = ApiError.offline();
    for (let n = 0; n < 20; n += 1) {
      sender.add(CHANGE);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    server.failure = null;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(server.kinds.flat()).toEqual([4, 2, ...new Array<number>(20).fill(3)]);
    expect(server.pieces.some(({ afterLoss }) => afterLoss)).toBe(false);
    const times = server.pieces.flatMap(({ lines }) => timesOf(lines));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it("sends a piece again whose answer was lost, and it is there once", async () => {
    await started();
    server.losesAnswer = true;
    await vi.advanceTimersByTimeAsync(10_000);
    sender.add(CHANGE);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.kinds).toEqual([[4, 2], [3]]);
  });

  it("begins anew when more waits than may, and says that something was lost", async () => {
    await started();
    await vi.advanceTimersByTimeAsync(PIECE_EVERY_MS);
    server.failure = ApiError.offline();
    sender.add(CHANGE);
    await vi.advanceTimersByTimeAsync(PIECE_EVERY_MS);
    const large = { type: 3, data: "x".repeat(MOST_WAITING_CHARACTERS / 4) };
    for (let n = 0; n < 4; n += 1) sender.add(large);
    server.failure = null;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(server.kinds[0]).toEqual([4, 2]);
    expect(server.kinds[1], "it was on its way").toEqual([3]);
    expect(server.kinds[2]).toEqual([4, 2]);
    expect(server.pieces.map(({ afterLoss }) => afterLoss)).toEqual([false, false, true]);
  });

  it("takes the next number when another page was faster", async () => {
    await started();
    server.others = 1;
    await vi.advanceTimersByTimeAsync(PIECE_EVERY_MS);
    expect(server.kinds).toEqual([[4, 2]]);
  });

  it("never goes on from a piece that another page's came between", async () => {
    await started();
    await vi.advanceTimersByTimeAsync(PIECE_EVERY_MS);
    server.others = 1;
    sender.add(CHANGE);
    await vi.advanceTimersByTimeAsync(3 * PIECE_EVERY_MS);
    expect(server.kinds).toEqual([[4, 2], [4, 2]]);
    expect(server.pieces[1]?.afterLoss).toBe(true);
  });

  it("ends quietly when the record is closed", async () => {
    await started();
    server.failure = new ApiError("timeline_closed", 409, false, "closed");
    await vi.advanceTimersByTimeAsync(PIECE_EVERY_MS);
    expect(sender.isOver).toBe(true);
    expect(server.reasons).toEqual([]);
  });

  it.each(["too_large", "invalid_input", "internal"])("says so when refused: %s", async (code) => {
    await started();
    server.failure = new ApiError(code, 400, false, "no");
    await vi.advanceTimersByTimeAsync(10 * PIECE_EVERY_MS);
    expect(sender.isOver).toBe(true);
    expect(server.reasons).toEqual(["refused"]);
  });

  it("sends the rest when the session ends, and nothing after it", async () => {
    await started();
    sender.finish();
    sender.add(CHANGE);
    await vi.advanceTimersByTimeAsync(0);
    await running;
    expect(server.kinds).toEqual([[4, 2]]);
  });
});
