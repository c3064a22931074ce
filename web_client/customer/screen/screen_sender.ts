import { ApiError } from "@shared/api/problem";
import type { ScreenNotRecorded, ScreenPieceSent, ScreenPosition } from "@wire/wire";

import { backoffMs } from "../signalling/backoff";
import type { PackedLines } from "./packing";
import { linesOf, META, PendingEvents, type RecordedEvent } from "./pending_events";
import { SessionClock } from "./session_clock";

/** How long events wait for company, in milliseconds. */
export const PIECE_EVERY_MS = 2_000;
/** Characters that may wait for a network; past this they are dropped, and that is told. */
export const MOST_WAITING_CHARACTERS = 4 * 1024 * 1024;
/** Characters that are worth a piece before its time. */
const ENOUGH_CHARACTERS = 128 * 1024;
/** Pieces refused one after another; then the recording ends rather than going round for ever. */
const MOST_REFUSALS = 3;

export interface ScreenTransport {
  position(): Promise<ScreenPosition>;
  send(piece: ScreenPieceSent): Promise<ScreenPosition>;
  unavailable(reason: ScreenNotRecorded["reason"]): Promise<void>;
}

export interface ScreenSenderParts {
  transport: ScreenTransport;
  pack: (lines: string) => Promise<PackedLines>;
  now: () => number;
  random: () => number;
  /** Records the whole page anew, because events before it are lost. */
  beginAnew: () => void;
}

interface CutPiece extends PackedLines {
  begins: boolean;
  after_loss: boolean;
  fromMs: number;
}

/**
 * Sends what the page showed, piece by piece in order, beside everything else: it waits through
 * an outage, keeps a bounded amount, and never lets a piece go on from one that was lost.
 */
export class ScreenSender {
  readonly #pending = new PendingEvents();
  readonly #clock = new SessionClock();
  #nextPiece = 1;
  #storedMs = 0;
  #reachedMs = 0;
  #afterLoss = false;
  #refusals = 0;
  #finishing = false;
  #over = false;
  #resume: () => void = () => undefined;
  /** Somebody asked for the piece while another was on its way: it must not wait for company. */
  #isDue = false;
  readonly #asking: (() => void)[] = [];

  constructor(private readonly parts: ScreenSenderParts) {}

  get isOver(): boolean {
    return this.#over;
  }

  add(event: RecordedEvent): void {
    if (this.#over || this.#finishing) return;
    this.#pending.add(event, this.parts.now());
    if (this.#pending.characters > MOST_WAITING_CHARACTERS) this.#lose();
    else if (this.#pending.characters > ENOUGH_CHARACTERS) this.#wake();
  }

  /** Sends at once what is there. */
  flush(): void {
    this.#wake();
  }

  /** Sends what is there; resolved when it was sent, or never will be. */
  async sent(): Promise<void> {
    if (this.#over) return;
    await new Promise<void>((resolve) => {
      this.#asking.push(resolve);
      this.#wake();
    });
  }

  /** Sends what is there, and nothing any more. */
  finish(): void {
    this.#finishing = true;
    this.#wake();
  }

  /** Waits until something is recorded and its clock is known; false if there is no use. */
  async locate(): Promise<boolean> {
    for (let tries = 0; !this.#isDone(); tries += 1) {
      try {
        if (await this.#asked()) return true;
      } catch (error) {
        if (!isWorthAnother(error)) {
          await this.#give(error);
          return false;
        }
      }
      await rest(backoffMs(tries, this.parts.random));
    }
    return false;
  }

  /** Sends until the recording ends. */
  async run(): Promise<void> {
    while (!this.#isDone()) {
      if (!this.#finishing) await this.#company();
      const asking = this.#asking.splice(0);
      while (!this.#pending.isEmpty && !this.#over) await this.#deliver(await this.#cut());
      for (const told of asking) told();
    }
    this.#over = true;
    for (const told of this.#asking.splice(0)) told();
  }

  #isDone(): boolean {
    return this.#over || (this.#finishing && this.#pending.isEmpty);
  }

  async #cut(): Promise<CutPiece> {
    const events = this.#pending.take();
    const atMs = events.map(({ pageMs }) => {
      // An estimate that became better must not turn time back.
      this.#reachedMs = Math.max(this.#reachedMs, this.#clock.mediaMs(pageMs));
      return this.#reachedMs;
    });
    const begins = events[0]?.type === META;
    const after_loss = begins && this.#afterLoss;
    if (begins) this.#afterLoss = false;
    const lines = await this.parts.pack(linesOf(events, atMs));
    return { ...lines, begins, after_loss, fromMs: atMs[0] ?? 0 };
  }

  async #deliver(piece: CutPiece): Promise<void> {
    const { packed, data, after_loss } = piece;
    for (let tries = 0; !this.#over; tries += 1) {
      try {
        const body = { piece: this.#nextPiece, packed, data, after_loss };
        await this.#learning(() => this.parts.transport.send(body));
        this.#refusals = 0;
        return;
      } catch (error) {
        if (isWorthAnother(error)) await rest(waitMs(error, tries, this.parts.random));
        else if (!(await this.#mayGoOn(error, piece))) return;
      }
      if (this.#finishing && tries >= MOST_REFUSALS) this.#over = true;
    }
  }

  /** After a refusal: whether the same piece may be tried again under another number. */
  async #mayGoOn(error: unknown, piece: CutPiece): Promise<boolean> {
    this.#refusals += 1;
    const code = error instanceof ApiError ? error.code : "";
    const mended = ["conflict", "invalid_input"].includes(code) && this.#refusals <= MOST_REFUSALS;
    if (!mended) {
      await this.#give(error);
      return false;
    }
    const before = this.#nextPiece;
    if (!(await this.locate())) return false;
    const fits = piece.begins && piece.fromMs >= this.#storedMs && this.#nextPiece !== before;
    if (!fits) this.#lose();
    return fits;
  }

  /** What waits cannot be kept: the page is recorded anew, and the server tells the gap. */
  #lose(): void {
    this.#pending.clear();
    this.#afterLoss = true;
    this.parts.beginAnew();
  }

  async #give(error: unknown): Promise<void> {
    this.#over = true;
    this.#wake();
    const code = error instanceof ApiError ? error.code : "";
    if (code === "timeline_closed" || code === "not_found") return;
    await this.parts.transport.unavailable("refused").catch(() => undefined);
  }

  async #asked(): Promise<boolean> {
    await this.#learning(() => this.parts.transport.position());
    return this.#clock.isKnown;
  }

  async #learning(ask: () => Promise<ScreenPosition>): Promise<void> {
    const sentAt = this.parts.now();
    const position = await ask();
    if (position.media_ms !== null) {
      this.#clock.learn(sentAt, this.parts.now(), position.media_ms);
    }
    this.#nextPiece = position.next_piece;
    this.#storedMs = position.recorded_to_ms ?? 0;
    this.#reachedMs = Math.max(this.#reachedMs, this.#storedMs);
  }

  /** Waits for more events, unless somebody asks for the piece now or has asked already. */
  async #company(): Promise<void> {
    if (!this.#isDue) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, PIECE_EVERY_MS);
        this.#resume = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#isDue = false;
  }

  #wake(): void {
    this.#isDue = true;
    this.#resume();
  }
}

/** No answer, an outage, a limit, a token that is being renewed: later it may work. */
function isWorthAnother(error: unknown): boolean {
  return error instanceof ApiError && (error.retryable || error.code === "not_authenticated");
}

function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

function waitMs(error: unknown, tries: number, random: () => number): number {
  const toldS = error instanceof ApiError ? error.retryAfterS : null;
  return Math.max((toldS ?? 0) * 1000, backoffMs(tries, random));
}
