import type { CustomerSession, LiveStatus, PhoneMessage, ServerMessage } from "@wire/wire";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { type LinkState, SignallingClient, type Socket } from "./signalling_client";

const LIVE: LiveStatus = {
  phase: "waiting",
  recording: false,
  stored_ms: 0,
  step_no: 1,
  step_count: 5,
  step: null,
  guidance: [],
  display: { elder: false, voice: "normal", language: null },
};
const SESSION: CustomerSession = {
  session_id: "s1",
  institution: "演示银行",
  product: "稳健一号",
  product_code: "P1",
  customer_name_masked: "张*",
  script_title: { zh: "双录", en: "Recording" },
  step_titles: [],
  step_kinds: [],
  estimated_minutes: 3,
  retention_years: 20,
  minimum_assurance: "device_key_and_code",
  key_assurance: null,
  consent_recording: true,
  consent_face: true,
  phase: "joined",
  receipt: null,
  display: { elder: false, voice: "normal", language: null },
};

/** The server's end of one connection, in memory. */
class FakeConnection implements Socket {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  closedByPhone = false;
  readonly received: PhoneMessage[] = [];

  send(text: string): void {
    this.received.push(JSON.parse(text) as PhoneMessage);
  }
  close(): void {
    this.closedByPhone = true;
  }
  say(message: ServerMessage): void {
    this.deliver(JSON.stringify(message));
  }
  deliver(data: unknown): void {
    this.onmessage?.(new MessageEvent("message", { data }));
  }
  open(): void {
    this.onopen?.(new Event("open"));
  }
  breakOff(): void {
    this.onclose?.(new CloseEvent("close"));
  }
  /** Opens, takes the greeting and welcomes. */
  welcome(): void {
    this.open();
    this.say({
      type: "welcome",
      connection_id: "c1",
      session: SESSION,
      ice_servers: [],
      live: LIVE,
    });
  }
}

class FakeServer {
  readonly connections: FakeConnection[] = [];
  readonly history: LinkState[] = [];
  readonly closed: string[] = [];
  readonly messages: ServerMessage[] = [];
  readonly roundTrips: number[] = [];
  welcomes = 0;
  token: string | null = "token-1";
  renewals = 0;
  renewal: () => Promise<void> = () => Promise.resolve();
  now = 0;

  readonly client = new SignallingClient(
    {
      openSocket: () => {
        const connection = new FakeConnection();
        this.connections.push(connection);
        return connection;
      },
      token: () => this.token,
      renewToken: () => {
        this.renewals += 1;
        return this.renewal();
      },
      random: () => 1,
      now: () => this.now,
    },
    {
      state: (state) => this.history.push(state),
      welcome: () => (this.welcomes += 1),
      message: (message) => this.messages.push(message),
      closed: (reason) => this.closed.push(reason),
      roundTrip: (milliseconds) => this.roundTrips.push(milliseconds),
    },
  );

  get last(): FakeConnection {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error("the phone has not connected");
    return last;
  }
}

describe("signalling client", () => {
  let server: FakeServer;

  beforeEach(() => {
    vi.useFakeTimers();
    server = new FakeServer();
    server.client.start();
  });
  afterEach(() => {
    server.client.stop();
    vi.useRealTimers();
  });

  it("greets with the token and is ready when welcomed", () => {
    server.last.welcome();
    expect(server.last.received).toEqual([{ type: "hello", protocol: 1, token: "token-1" }]);
    expect(server.history).toEqual(["connecting", "greeting", "ready"]);
    expect(server.welcomes).toBe(1);
  });

  it("sends nothing before it is ready, and says so", () => {
    expect(server.client.send({ type: "ask_person" })).toBe(false);
    server.last.welcome();
    expect(server.client.send({ type: "ask_person" })).toBe(true);
    expect(server.last.received.at(-1)).toEqual({ type: "ask_person" });
  });

  it("passes messages on, and passes over what it cannot read", () => {
    server.last.welcome();
    server.last.deliver("{");
    server.last.deliver(new ArrayBuffer(2));
    server.last.deliver("7");
    server.last.say({ type: "live", status: LIVE });
    expect(server.messages).toEqual([{ type: "live", status: LIVE }]);
  });

  it("comes back by itself with growing pauses", () => {
    server.last.welcome();
    server.last.breakOff();
    expect(server.client.state).toBe("waiting");
    vi.advanceTimersByTime(300);
    expect(server.connections).toHaveLength(2);
    server.last.breakOff();
    vi.advanceTimersByTime(300);
    expect(server.connections).toHaveLength(2);
    vi.advanceTimersByTime(300);
    expect(server.connections).toHaveLength(3);
    server.last.welcome();
    expect(server.history.slice(3)).toEqual([
      "waiting",
      "connecting",
      "waiting",
      "connecting",
      "greeting",
      "ready",
    ]);
  });

  it("does not wait for the timer when the network is back", () => {
    server.last.breakOff();
    server.client.hurry();
    expect(server.connections).toHaveLength(2);
  });

  it("leaves a connection at once when the network is gone", () => {
    server.last.welcome();
    server.client.lost();
    expect(server.connections[0]?.closedByPhone).toBe(true);
    expect(server.client.state).toBe("waiting");
  });

  it("leaves a connection that has gone silent", () => {
    server.last.welcome();
    server.now = 13_000;
    vi.advanceTimersByTime(5_000);
    expect(server.client.state).toBe("waiting");
  });

  it("stays as long as its pings are answered, and measures the round trip", () => {
    server.last.welcome();
    for (let round = 1; round <= 10; round += 1) {
      server.now = round * 5_000;
      vi.advanceTimersByTime(5_000);
      server.now += 40;
      server.last.say({ type: "pong", sent_ms: round * 5_000 });
    }
    expect(server.client.state).toBe("ready");
    expect(server.roundTrips).toEqual(Array(10).fill(40));
  });

  it("gives up a server that opens but never welcomes", () => {
    server.last.open();
    vi.advanceTimersByTime(8_000);
    expect(server.client.state).toBe("waiting");
  });

  it("renews a refused token once, then says that it is refused", async () => {
    server.last.open();
    server.last.say({ type: "bye", reason: "not_authenticated" });
    await vi.advanceTimersByTimeAsync(0);
    expect(server.renewals).toBe(1);
    expect(server.connections).toHaveLength(2);
    server.last.open();
    server.last.say({ type: "bye", reason: "not_authenticated" });
    expect(server.closed).toEqual(["not_authenticated"]);
    expect(server.client.state).toBe("closed");
  });

  it("comes back when the server could not take the greeting", () => {
    server.last.open();
    server.last.say({
      type: "refused",
      code: "unavailable",
      detail: "no answer",
      retryable: true,
      field: null,
      in_reply_to: "hello",
    });
    server.last.breakOff();
    expect(server.client.state).toBe("waiting");
    expect(server.messages).toEqual([]);
    expect(server.renewals).toBe(0);
  });

  it("ends when the token cannot be renewed", async () => {
    server.renewal = () => Promise.reject(new Error("expired"));
    server.last.open();
    server.last.say({ type: "bye", reason: "not_authenticated" });
    await vi.advanceTimersByTimeAsync(0);
    expect(server.closed).toEqual(["not_authenticated"]);
  });

  it("ends without a token", () => {
    server.token = null;
    server.last.open();
    expect(server.last.received).toEqual([]);
    expect(server.closed).toEqual(["not_authenticated"]);
  });

  it("does not fight with the page that took over, until the customer asks for it", () => {
    server.last.welcome();
    server.last.say({ type: "bye", reason: "replaced" });
    server.connections[0]?.breakOff();
    vi.advanceTimersByTime(60_000);
    expect(server.connections).toHaveLength(1);
    expect(server.closed).toEqual(["replaced"]);
    server.client.start();
    server.last.welcome();
    expect(server.client.state).toBe("ready");
  });

  it("comes back after a restart of the server", () => {
    server.last.welcome();
    server.last.say({ type: "bye", reason: "server_stopping" });
    vi.advanceTimersByTime(300);
    server.last.welcome();
    expect(server.client.state).toBe("ready");
  });

  it("does not listen to a connection that it has left", () => {
    server.last.welcome();
    const old = server.last;
    server.client.lost();
    old.say({ type: "live", status: LIVE });
    old.breakOff();
    expect(server.messages).toEqual([]);
    vi.advanceTimersByTime(300);
    expect(server.connections).toHaveLength(2);
  });

  it("stops for good when it is told to", () => {
    server.last.welcome();
    server.client.stop();
    server.last.breakOff();
    vi.advanceTimersByTime(60_000);
    expect(server.connections).toHaveLength(1);
    expect(server.client.state).toBe("closed");
  });
});
