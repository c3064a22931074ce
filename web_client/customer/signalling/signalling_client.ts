import type { Bye, PhoneMessage, ServerMessage, Welcome } from "@wire/wire";

import { backoffMs } from "./backoff";

/**
 * idle → connecting → greeting → ready, and from any of these to waiting → connecting again.
 * `closed` is final until `start` is called: the server said why, or the page stopped it.
 */
export type LinkState = "idle" | "connecting" | "greeting" | "ready" | "waiting" | "closed";

/** The part of a WebSocket that is used: a test plays the server behind it. */
export interface Socket {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface SignallingOptions {
  openSocket: () => Socket;
  /** The current token; null when there is none any more. */
  token: () => string | null;
  /** Called once per refusal of the token; resolves when another may be tried. */
  renewToken: () => Promise<void>;
  random?: () => number;
  now?: () => number;
}

export interface SignallingEvents {
  state: (state: LinkState) => void;
  welcome: (welcome: Welcome) => void;
  message: (message: ServerMessage) => void;
  closed: (reason: Bye["reason"]) => void;
  roundTrip: (milliseconds: number) => void;
}

const PING_EVERY_MS = 5_000;
/** No message for this long means that the connection is dead, whatever its state says. */
const SILENCE_MS = 12_000;
/** A server that opens but never welcomes is as good as none. */
const GREETING_MS = 8_000;

/**
 * The phone's signalling connection, protocol version 1: greets with the token, keeps itself
 * alive, and comes back by itself with a new connection for as long as it may.
 */
export class SignallingClient {
  #state: LinkState = "idle";
  #socket: Socket | null = null;
  #tries = 0;
  #renewed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pinger: ReturnType<typeof setInterval> | undefined;
  #heardAt = 0;
  readonly #random: () => number;
  readonly #now: () => number;

  constructor(
    private readonly options: SignallingOptions,
    private readonly events: SignallingEvents,
  ) {
    this.#random = options.random ?? Math.random;
    this.#now = options.now ?? (() => performance.now());
  }

  get state(): LinkState {
    return this.#state;
  }

  start(): void {
    if (this.#state === "idle" || this.#state === "closed") this.#connect();
  }

  /** Sends now, or says false: the caller decides what a message that is late is worth. */
  send(message: PhoneMessage): boolean {
    if (this.#state !== "ready" || this.#socket === null) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** The network came back or the page became visible: do not wait for the timer. */
  hurry(): void {
    if (this.#state === "waiting") this.#connect();
    else if (this.#state === "ready") this.#ping();
  }

  /** The network went away: do not wait for the silence to be noticed. */
  lost(): void {
    if (this.#state !== "idle" && this.#state !== "closed") this.#comeBackLater();
  }

  stop(): void {
    this.#drop();
    this.#become("closed");
  }

  #connect(): void {
    this.#drop();
    this.#become("connecting");
    const socket = this.options.openSocket();
    this.#socket = socket;
    // Handlers look whether they still belong to the current socket: an old one may speak late.
    socket.onopen = () => {
      if (this.#socket === socket) this.#greet(socket);
    };
    socket.onmessage = (event) => {
      if (this.#socket === socket) this.#receive(event.data);
    };
    socket.onclose = () => {
      if (this.#socket === socket) this.#comeBackLater();
    };
    this.#timer = setTimeout(() => {
      this.#comeBackLater();
    }, GREETING_MS);
  }

  #greet(socket: Socket): void {
    const token = this.options.token();
    if (token === null) {
      this.#end("not_authenticated");
      return;
    }
    this.#become("greeting");
    socket.send(JSON.stringify({ type: "hello", protocol: 1, token } satisfies PhoneMessage));
  }

  #receive(data: unknown): void {
    this.#heardAt = this.#now();
    const message = parse(data);
    if (message === null) return;
    switch (message.type) {
      case "welcome":
        this.#welcomed(message);
        break;
      case "pong":
        this.events.roundTrip(this.#now() - message.sent_ms);
        break;
      case "bye":
        this.#farewell(message.reason);
        break;
      case "refused":
        // A refused greeting is the server's trouble: it closes, and we come back.
        if (message.in_reply_to !== "hello") this.events.message(message);
        break;
      default:
        this.events.message(message);
    }
  }

  #welcomed(welcome: Welcome): void {
    clearTimeout(this.#timer);
    this.#tries = 0;
    this.#renewed = false;
    this.#pinger = setInterval(() => {
      this.#watch();
    }, PING_EVERY_MS);
    this.#become("ready");
    this.events.welcome(welcome);
  }

  #farewell(reason: Bye["reason"]): void {
    if (reason === "server_stopping") {
      this.#comeBackLater();
    } else if (reason === "not_authenticated" && !this.#renewed) {
      this.#renewAndReturn();
    } else {
      this.#end(reason);
    }
  }

  #renewAndReturn(): void {
    this.#renewed = true;
    this.#drop();
    this.#become("waiting");
    this.options.renewToken().then(
      () => {
        if (this.#state === "waiting") this.#connect();
      },
      () => {
        this.#end("not_authenticated");
      },
    );
  }

  #end(reason: Bye["reason"]): void {
    this.#drop();
    this.#become("closed");
    this.events.closed(reason);
  }

  #comeBackLater(): void {
    this.#drop();
    this.#become("waiting");
    this.#timer = setTimeout(
      () => {
        this.#connect();
      },
      backoffMs(this.#tries, this.#random),
    );
    this.#tries += 1;
  }

  #watch(): void {
    if (this.#now() - this.#heardAt > SILENCE_MS) this.#comeBackLater();
    else this.#ping();
  }

  #ping(): void {
    this.send({ type: "ping", sent_ms: this.#now() });
  }

  #drop(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#pinger);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #become(state: LinkState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.events.state(state);
  }
}

/** A message with a type, or null: what a newer server adds is passed over, not guessed at. */
function parse(data: unknown): ServerMessage | null {
  if (typeof data !== "string") return null;
  try {
    const value: unknown = JSON.parse(data);
    const known = typeof value === "object" && value !== null && "type" in value;
    return known ? (value as ServerMessage) : null;
  } catch {
    return null;
  }
}
